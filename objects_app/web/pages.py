"""The frame of a member's page: where it leads, and where it is now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from objects_app import access
from objects_app.access import Verb
from objects_app.web.members import Member, find_member
from objects_app.web.upload_form import defaults_of


@dataclass(frozen=True)
class Place:
    """A page of the menu. `folders` are the addresses below which it is the one that a person is at."""

    label: str
    icon: str
    route: str
    verb: Verb = Verb.READ
    folders: tuple[str, ...] = ()


PLACES = (
    Place("Objects", "box", "objects", folders=("/objects/",)),
    Place("Uploads", "clock", "uploads", verb=Verb.WRITE),
    Place("Public", "globe", "public"),
    Place("Activity", "activity", "activity", Verb.SEE_ACTIVITY),
    Place("API keys", "key", "keys", Verb.MANAGE_KEYS),
    Place("Settings", "gear", "settings", folders=("/accounts/",)),
)


def render_page(request: HttpRequest, member: Member, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, _frame(request.path, member) | context)


def _frame(path: str, member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "navigation": list(_navigation(path, member)),
        "may_upload": access.holds(member.actor, Verb.WRITE),
        "uploads_begin": defaults_of(member.account),
    }


def frame(request: HttpRequest) -> dict[str, Any]:
    """The same frame for pages that a library renders, looked up where a template asks for it."""
    return {"frame": SimpleLazyObject(lambda: _frame_of(request)), "mail_is_on": settings.MAIL_IS_ON}


def _frame_of(request: HttpRequest) -> dict[str, Any]:
    member = find_member(request) if request.user.is_authenticated else None
    return _frame(request.path, member) if member else {"member": None, "navigation": []}


def render_open_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page that everybody may see: in the frame for a member, else under a plain header. It extends `layout`."""
    member = find_member(request) if request.user.is_authenticated else None
    if member:
        return render_page(request, member, template, context | {"layout": "base.html"})
    return render(request, template, context | {"layout": "open.html"})


def _navigation(path: str, member: Member) -> Iterator[dict[str, Any]]:
    for place in PLACES:
        if access.holds(member.actor, place.verb):
            address = reverse(place.route)
            is_here = path == address or (address != "/" and path.startswith(address)) or path.startswith(place.folders)
            yield {"label": place.label, "icon": place.icon, "address": address, "is_here": is_here}
