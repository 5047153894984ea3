"""What every template may use: an icon of the sprite, and how people read times and sizes."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince, timeuntil

register = template.Library()
KIND_ICONS = {"image": "image", "audio": "audio", "video": "video", "text": "text"}
TYPE_ICONS = {
    "text/csv": "table",
    "text/tab-separated-values": "table",
    "application/json": "code",
    "application/x-ndjson": "code",
    "application/javascript": "code",
    "application/xml": "code",
    "application/yaml": "code",
    "application/pdf": "text",
    "application/zip": "archive",
    "application/gzip": "archive",
    "application/x-tar": "archive",
    "application/zstd": "archive",
    "application/x-gtar": "archive",
}


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, *, spins: bool = False) -> str:
    """One drawing of `_icons.svg`. It says nothing to screen readers: a word stands beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="#i-{}"/></svg>', " spin" if spins else "", name
    )


@register.filter
def type_icon(content_type: str) -> str:
    """The name of the icon for a content type, whose parameters do not matter."""
    plain = content_type.partition(";")[0].strip().lower()
    return TYPE_ICONS.get(plain) or KIND_ICONS.get(plain.partition("/")[0], "file")


@register.filter
def age(moment: datetime) -> str:
    """How long ago, in the largest unit."""
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def time_left(moment: datetime) -> str:
    """How long until then, in the largest unit."""
    if moment - timezone.now() < timedelta(minutes=1):
        return "now" if moment <= timezone.now() else "in a moment"
    return f"in {timeuntil(moment, depth=1)}"


@register.simple_tag
def moment(at: datetime | None, *, to_come: bool = False) -> str:
    """A time as people say it; the exact one shows on hover and is what machines read."""
    if at is None:
        return format_html('<span class="muted">{}</span>', "never")
    exact = at.strftime("%Y-%m-%d %H:%M:%S")
    said = time_left(at) if to_come else age(at)
    return format_html('<time datetime="{}" title="{} UTC">{}</time>', at.strftime("%Y-%m-%dT%H:%M:%SZ"), exact, said)


@register.simple_tag
def select(field: BoundField) -> str:
    """What Django's own widget makes, without a template for each option."""
    choices = tuple(cast("Any", field.field).choices)
    return _select(field.html_name, field.id_for_label, choices, str(field.value() or ""))


@lru_cache(maxsize=256)
def _select(name: str, html_id: str, choices: tuple[tuple[str, str], ...], chosen: str) -> str:
    options = [(value, format_html(" {}", "selected") if value == chosen else "", label) for value, label in choices]
    return format_html(
        '<select name="{}" id="{}">{}</select>',
        name,
        html_id,
        format_html_join("", '<option value="{}"{}>{}</option>', options),
    )


@register.filter
def in_code(text: str) -> str:
    """Text in which backticks set off code, as in Markdown."""
    pieces = enumerate(text.split("`"))
    return format_html_join("", "{}", ((format_html("<code>{}</code>", p) if n % 2 else p,) for n, p in pieces))
