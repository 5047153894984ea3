"""The account's objects: the list and what can be done from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from objects_app import access, listing
from objects_app.access import Actor, Verb
from objects_app.errors import BadRequest, InvalidCursor, NotDownloadable, ObjectNotFound, WrongState
from objects_app.models import State, StoredObject
from objects_app.operations import downloads, objects
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.object_page import panel_of
from objects_app.web.pages import render_page
from objects_app.web.returning import way_back

ROWS = 50
DOWNLOAD_URL_LIFETIME = timedelta(minutes=5)


class FilterForm(forms.Form):
    search = forms.CharField(required=False, max_length=listing.LONGEST_SEARCH)
    state = forms.ChoiceField(required=False, choices=[("", "Any state but deleted"), *State.choices])
    after = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


@dataclass(frozen=True)
class Row:
    """An object of the list and which buttons would work on it now."""

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
    page = _page(member.actor, form.cleaned_data)
    context = {
        "form": form,
        "rows": [_row(stored_object, member.actor) for stored_object in page.rows],
        "newest": _query(request, after=""),
        "older": _query(request, after=page.rows[-1].id) if page.has_more else "",
        "is_filtered": bool(form.cleaned_data["search"] or form.cleaned_data["state"]),
        "base_url": settings.PUBLIC_BASE_URL,
    }
    return render_page(request, member, "objects/list.html", context | panel_of(request, member))


def _page(actor: Actor, wanted: dict[str, str]) -> listing.Page:
    filters = listing.Filters(search=wanted["search"], state=wanted["state"])
    try:
        return listing.own_list(actor, filters).page(limit=ROWS, after=wanted["after"])
    except InvalidCursor:
        raise BadRequest("This page of the list does not exist. Start again at the newest objects.") from None


def _query(request: HttpRequest, *, after: str) -> str:
    """The filters of this list at another place of it."""
    query = request.GET.copy()
    query["after"] = after
    return query.urlencode()


def _row(stored_object: Any, actor: Actor) -> Row:
    state = State(stored_object.current_state)
    may_write = access.may(actor, Verb.WRITE, stored_object)
    return Row(
        stored_object,
        state=state,
        can_change=may_write and state in objects.CHANGEABLE,
        can_download=state == State.READ_ONLY and access.may(actor, Verb.READ, stored_object),
        can_delete=may_write and state != State.DELETED,
    )


@only("POST")
@for_members
def publish(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = _own_object(member.actor, object_id)
    return _carry_out(
        request,
        lambda: objects.publish(stored_object, actor=member.actor),
        done=f"“{stored_object.name}” is public now: everybody with an API key can read it.",
    )


@only("POST")
@for_members
def unpublish(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = _own_object(member.actor, object_id)
    return _carry_out(
        request,
        lambda: objects.unpublish(stored_object, actor=member.actor),
        done=f"“{stored_object.name}” is private now: only this account can read it.",
    )


@only("POST")
@for_members
def download(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = _own_object(member.actor, object_id)
    try:
        url = downloads.issue_download_url(stored_object, actor=member.actor, expires_in=DOWNLOAD_URL_LIFETIME)
    except NotDownloadable as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(way_back(request))
    return HttpResponseRedirect(url, status=303)


@only("GET", "POST")
@for_members
def delete(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    """GET asks, POST does it."""
    stored_object = _own_object(member.actor, object_id)
    if request.method == "POST":
        return _carry_out(
            request,
            lambda: objects.delete_object(stored_object, actor=member.actor),
            done=f"“{stored_object.name}” is deleted.",
        )
    access.require(member.actor, Verb.WRITE, stored_object)
    if stored_object.current_state == State.DELETED:
        messages.info(request, f"“{stored_object.name}” was deleted before.")
        return HttpResponseRedirect(way_back(request))
    context = {"stored_object": stored_object, "way_back": way_back(request)}
    return render_page(request, member, "objects/delete.html", context)


def _own_object(actor: Actor, object_id: str) -> StoredObject:
    try:
        return access.own_objects(actor).get(pk=object_id)
    except StoredObject.DoesNotExist:
        raise ObjectNotFound from None


def _carry_out(request: HttpRequest, change: Callable[[], object], *, done: str) -> HttpResponse:
    """Do it, say how it went, and go back to the list that the form was sent from."""
    try:
        change()
    except WrongState as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(way_back(request))
