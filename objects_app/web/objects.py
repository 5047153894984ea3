"""The list of the account's objects."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from objects_app import listing
from objects_app.access import Actor
from objects_app.errors import BadRequest, InvalidCursor
from objects_app.models import State
from objects_app.web import filters
from objects_app.web.filters import FilterForm
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.object_changes import possible_for
from objects_app.web.object_page import panel_of
from objects_app.web.pages import render_page

ROWS = 50


@dataclass(frozen=True)
class Row:
    """An object of the list and what would work on it now."""

    stored_object: Any
    state: State
    can_change: bool
    can_download: bool
    can_delete: bool


@only("GET")
@for_members
def list_objects(request: HttpRequest, member: Member) -> HttpResponse:
    form = FilterForm(request.GET)
    if not form.is_valid():
        raise BadRequest("The address of this list asks for something that does not exist.")
    page = _page(member.actor, form)
    rows = [_row(stored_object, member.actor) for stored_object in page.rows]
    context = {
        "form": form,
        "rows": rows,
        "columns": filters.columns(request, form),
        "first": filters.place(request),
        "next_page": filters.place(request, after=page.rows[-1].id) if page.has_more else "",
        "opening": filters.opening(request),
        "is_filtered": form.is_filtered,
        "is_changing": any(row.state == State.UPLOADING for row in rows),
        "base_url": settings.PUBLIC_BASE_URL,
    }
    return render_page(request, member, "objects/list.html", context | panel_of(request, member))


def _page(actor: Actor, form: FilterForm) -> listing.Page:
    found = listing.own_list(actor, form.filters(), listing.ORDERS[form.order_name])
    try:
        return found.page(limit=ROWS, after=form.cleaned_data["after"])
    except InvalidCursor:
        raise BadRequest("This page of the list does not exist. Start again at the first one.") from None


def _row(stored_object: Any, actor: Actor) -> Row:
    return Row(stored_object, state=State(stored_object.current_state), **possible_for(actor, stored_object))
