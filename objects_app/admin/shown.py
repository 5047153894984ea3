"""How the admin shows times, sizes and what belongs together."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.admin import checkbox
from unfold.utils import display_for_label

NOTHING = "-"
MARK = "-the key of the row-"
Shown = Callable[[Any, Any], str]


def moment_of(column: str, description: str) -> Shown:
    """A display of a time, to the second and in UTC."""

    @admin.display(description=f"{description} (UTC)")
    def shown(_page: Any, row: Any) -> str:
        return moment(getattr(row, column))

    return shown


def moment(at: datetime | None) -> str:
    if at is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M:%S}")


def size_of(column: str, description: str = "size") -> Shown:
    """A display of a size as people say it."""

    @admin.display(description=description)
    def shown(_page: Any, row: Any) -> str:
        size = getattr(row, column)
        return NOTHING if size is None else filesizeformat(size)

    return shown


def exact_size_of(column: str, description: str = "size") -> Shown:
    @admin.display(description=description)
    def shown(_page: Any, row: Any) -> str:
        size = getattr(row, column)
        if size is None or size < 1024:
            return NOTHING if size is None else f"{size} bytes"
        return f"{filesizeformat(size)} ({size:,} bytes)"

    return shown


def digest_of(column: str, description: str) -> Shown:
    @admin.display(description=description)
    def shown(_page: Any, row: Any) -> str:
        return format_html("<code>{}</code>", getattr(row, column)) if getattr(row, column) else NOTHING

    return shown


def json_of(column: str, description: str) -> Shown:
    @admin.display(description=description)
    def shown(_page: Any, row: Any) -> str:
        text = json.dumps(getattr(row, column), indent=2, ensure_ascii=False, sort_keys=True)
        return format_html('<pre class="whitespace-pre-wrap break-words">{}</pre>', text)

    return shown


@cache
def label(words: str, colour: str) -> str:
    """Unfold's label, made once: a list has one of a few in every row."""
    return str(display_for_label(words, NOTHING, {words: colour}))


@cache
def _checkbox() -> str:
    rendered = str(checkbox.render(ACTION_CHECKBOX_NAME, MARK))
    return rendered.replace("{", "{{").replace("}", "}}").replace(MARK, "{0}")


def checkbox_of(row: Model) -> str:
    """Unfold's checkbox of a row, from a template that is rendered once."""
    return format_html(_checkbox(), row.pk)


def link(address: str, words: str) -> str:
    return format_html('<a class="text-link" href="{}">{}</a>', address, words)


def list_of(noun: str, words: str, **query: str) -> str:
    """A link to a list of the admin."""
    return link(_address_of(noun, **query), words)


def _address_of(noun: str, **query: str) -> str:
    return f"{reverse(f'admin:objects_app_{noun}_changelist')}?{urlencode(query)}"


def events_of(row: Model) -> str:
    """A link to everything that happened to the row."""
    return link(address_of_events(str(row.pk)), "What happened to it")


def address_of_events(target_id: str) -> str:
    return _address_of("auditevent", target=target_id)
