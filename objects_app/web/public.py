"""Public objects: the directory for people who are signed in, and the page of one object for everybody."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from objects_app import access, listing
from objects_app.access import Actor
from objects_app.errors import BadRequest, InvalidCursor, NotDownloadable, ObjectNotFound
from objects_app.filters import Filters
from objects_app.models import StoredObject
from objects_app.models.objects import StoredObjectQuerySet
from objects_app.operations import downloads, looks
from objects_app.web.filters import KINDS
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.pages import render_page
from objects_app.web.returning import way_back
from objects_app.web.visitors import for_visitors

ROWS = 50
DOWNLOAD_URL_LIFETIME = timedelta(minutes=5)


class PublicFilterForm(forms.Form):
    search = forms.CharField(required=False, max_length=listing.LONGEST_SEARCH)
    kind = forms.ChoiceField(required=False, choices=[("", "Any type"), *KINDS.items()])
    after = forms.CharField(required=False, max_length=40)


@only("GET")
@for_members
def list_public(request: HttpRequest, member: Member) -> HttpResponse:
    form = PublicFilterForm(request.GET)
    if not form.is_valid():
        raise BadRequest("The address of this list asks for something that does not exist.")
    wanted = form.cleaned_data
    filters = Filters(search=wanted["search"], kind=wanted["kind"])
    try:
        page = listing.public_list(member.actor, filters).page(limit=ROWS, after=wanted["after"])
    except InvalidCursor:
        raise BadRequest("This page of the list does not exist. Start again at the newest objects.") from None
    context = {
        "form": form,
        "wanted": wanted,
        "rows": page.rows,
        "newest": _query(request, after=""),
        "older": _query(request, after=page.rows[-1].id) if page.has_more else "",
        "is_filtered": bool(wanted["search"] or wanted["kind"]),
        "has_pages": access.opens_pages(member.actor),
        "base_url": settings.PUBLIC_BASE_URL,
    }
    return render_page(request, member, "public/list.html", context)


def _query(request: HttpRequest, *, after: str) -> str:
    query = request.GET.copy()
    query["after"] = after
    return query.urlencode()


@only("POST")
@for_members
def download_public(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    """By whoever is signed in, whether or not objects have public pages."""
    stored_object = _one_of(access.public_objects(member.actor), object_id)
    try:
        url = downloads.issue_download_url(stored_object, actor=member.actor, expires_in=DOWNLOAD_URL_LIFETIME)
    except NotDownloadable as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(way_back(request, otherwise="public"))
    return HttpResponseRedirect(url, status=303)


@only("GET")
@for_visitors
def show_page(request: HttpRequest, actor: Actor, object_id: str) -> HttpResponse:
    stored_object = _one_of(access.objects_with_page(actor), object_id)
    context = {"stored_object": stored_object, "preview": looks.open_page(stored_object, actor=actor)}
    return render(request, "public/object.html", context)


@only("POST")
@for_visitors
def download_from_page(request: HttpRequest, actor: Actor, object_id: str) -> HttpResponse:  # noqa: ARG001
    stored_object = _one_of(access.objects_with_page(actor), object_id)
    url = downloads.issue_page_url(stored_object, actor=actor, expires_in=DOWNLOAD_URL_LIFETIME)
    return HttpResponseRedirect(url, status=303)


def _one_of(stored_objects: StoredObjectQuerySet, object_id: str) -> StoredObject:
    try:
        return stored_objects.get(pk=object_id)
    except StoredObject.DoesNotExist:
        raise ObjectNotFound from None
