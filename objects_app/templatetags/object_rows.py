"""The rows of the list of objects. A template would take five times as long for them as all the rest of the page."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.html import escape, format_html, format_html_join

from objects_app.models import State
from objects_app.templatetags.holdall import icon, moment, type_icon

register = template.Library()
LONG_NAME = 40  # characters, beyond which a name may be cut off where it is shown
ROW = """<tr id="{id}" data-can="{can}"{current}>
<td class="pick">{pick}</td>
<th scope="row" class="name" title="{content_type}">{icon}<a href="?{opening}{id}"{title}>{name}</a>{reason}</th>
<td class="state"><span class="mark {mark}"></span>{state}</td>
<td>{visibility}</td>
<td class="number">{size}</td>
<td>{created}</td>
<td>{expires}</td>
<td class="actions"></td>
</tr>"""
PICK = '<input type="checkbox" form="several" name="object" value="{}" aria-label="Select {}">'
NOTHING = format_html("{}", "")
CURRENT = format_html(' aria-current="{}"', "true")
NO_SIZE = format_html('<span aria-hidden="true">\N{EN DASH}</span><span class="hidden">{}</span>', "Nothing stored")
VISIBILITIES = {True: format_html('<span class="tag accent">{}</span>', "Public"), False: format_html("{}", "Private")}
STATES = {state: (escape(state.lower()), escape(state.label)) for state in State}


@register.simple_tag
def object_rows(rows: Iterable[Any], *, opening: str, current: str) -> str:
    """`opening` is the query that opens the panel of an object, up to its id; `current` has it open already."""
    made = (_row(row, opening=escape(opening), is_current=row.stored_object.id == current) for row in rows)
    return format_html_join("", "{}", ((row,) for row in made))


def _row(row: Any, *, opening: str, is_current: bool) -> str:
    stored_object = row.stored_object
    name, content_type = escape(stored_object.name), stored_object.content_type
    mark, state = STATES[row.state]
    return format_html(
        ROW,
        id=stored_object.id,
        can=_what_it_can(row.can_download, row.can_change, row.can_delete, stored_object.is_public),
        current=CURRENT if is_current else NOTHING,
        pick=format_html(PICK, stored_object.id, name) if row.can_download or row.can_delete else NOTHING,
        content_type=content_type,
        icon=icon(type_icon(content_type)),
        opening=opening,
        title=format_html(' title="{}"', name) if len(stored_object.name) > LONG_NAME else NOTHING,
        name=name,
        reason=_reason(stored_object.error_reason),
        mark=mark,
        state=state,
        visibility=VISIBILITIES[stored_object.is_public],
        size=_size(stored_object.size_bytes),
        created=moment(stored_object.created_at),
        expires=moment(stored_object.delete_after, to_come=True) if stored_object.delete_after else NOTHING,
    )


@cache
def _what_it_can(can_download: bool, can_change: bool, can_delete: bool, is_public: bool) -> str:
    toggle = "unpublish" if is_public else "publish"
    can = [(can_download, "download"), (can_change, toggle), (can_delete, "delete")]
    return escape(" ".join(word for is_possible, word in can if is_possible))


def _reason(error_reason: str) -> str:
    return format_html(' <small title="{0}">{0}</small>', error_reason) if error_reason else NOTHING


def _size(size: int | None) -> str:
    if size is None:
        return NO_SIZE
    said = filesizeformat(size)
    return said if size < 1024 else format_html('<span title="{} bytes">{}</span>', size, said)
