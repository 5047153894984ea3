"""The frame of a member's page: where it leads, and where it is now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from objects_app import access
from objects_app.access import Verb
from objects_app.web.members import Member, find_member


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
    Place("Activity", "activity", "activity", Verb.SEE_ACTIVITY),
    Place("API keys", "key", "keys", Verb.MANAGE_KEYS),
)


def render_page(request: HttpRequest, member: Member, template: str, context: dict[str, Any]) -> HttpResponse:
    frame = {"member": member, "navigation": list(_navigation(request.path, member))}
    return render(request, template, frame | context)


def render_open_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page that everybody may see: in the frame for a member, else under a plain header. It extends `frame`."""
    member = find_member(request) if request.user.is_authenticated else None
    if member:
        return render_page(request, member, template, context | {"frame": "base.html"})
    return render(request, template, context | {"frame": "open.html"})


def _navigation(path: str, member: Member) -> Iterator[dict[str, Any]]:
    for place in PLACES:
        if access.holds(member.actor, place.verb):
            address = reverse(place.route)
            is_here = path == address or (address != "/" and path.startswith(address)) or path.startswith(place.folders)
            yield {"label": place.label, "icon": place.icon, "address": address, "is_here": is_here}
