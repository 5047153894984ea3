"""The rows of the list of objects. A template would take five times as long for them as all the rest of the page.

Every value is escaped here, by Python's own `escape`, and marked once: `format_html` takes longer for the pieces of the
rows than the query does that finds them.
"""

from collections.abc import Iterable
from functools import cache
from html import escape
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString, mark_safe

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
CURRENT = ' aria-current="true"'
NO_SIZE = '<span aria-hidden="true">\N{EN DASH}</span><span class="hidden">Nothing stored</span>'
VISIBILITIES = {True: '<span class="tag accent">Public</span>', False: "Private"}
STATES = {state: (state.lower(), escape(state.label)) for state in State}


@register.simple_tag
def object_rows(rows: Iterable[Any], *, opening: str, current: str) -> SafeString:
    """`opening` is the query that opens the panel of an object, up to its id; `current` has it open already."""
    made = (_row(row, opening=escape(opening), is_current=row.stored_object.id == current) for row in rows)
    return mark_safe("".join(made))  # noqa: S308  of what _row has escaped


def _row(row: Any, *, opening: str, is_current: bool) -> str:
    stored_object = row.stored_object
    name, content_type = escape(stored_object.name), stored_object.content_type
    mark, state = STATES[row.state]
    return ROW.format(
        id=stored_object.id,
        can=_what_it_can(row.can_download, row.can_change, row.can_delete, stored_object.is_public),
        current=CURRENT if is_current else "",
        pick=PICK.format(stored_object.id, name) if row.can_download or row.can_delete else "",
        content_type=escape(content_type),
        icon=icon(type_icon(content_type)),
        opening=opening,
        title=f' title="{name}"' if len(stored_object.name) > LONG_NAME else "",
        name=name,
        reason=_reason(stored_object.error_reason),
        mark=mark,
        state=state,
        visibility=VISIBILITIES[stored_object.is_public],
        size=_size(stored_object.size_bytes),
        created=moment(stored_object.created_at),
        expires=moment(stored_object.delete_after, to_come=True) if stored_object.delete_after else "",
    )


@cache
def _what_it_can(can_download: bool, can_change: bool, can_delete: bool, is_public: bool) -> str:
    toggle = "unpublish" if is_public else "publish"
    can = [(can_download, "download"), (can_change, toggle), (can_delete, "delete")]
    return " ".join(word for is_possible, word in can if is_possible)


def _reason(error_reason: str) -> str:
    return ' <small title="{0}">{0}</small>'.format(escape(error_reason)) if error_reason else ""


def _size(size: int | None) -> str:
    if size is None:
        return NO_SIZE
    said = filesizeformat(size)
    return said if size < 1024 else f'<span title="{size} bytes">{said}</span>'
