"""The frame of a member's page: where it leads, and where it is now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from objects_app import access
from objects_app.access import Verb
from objects_app.web.members import Member


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
)


def render_page(request: HttpRequest, member: Member, template: str, context: dict[str, Any]) -> HttpResponse:
    frame = {
        "member": member,
        "navigation": list(_navigation(request.path, member)),
        "may_upload": access.holds(member.actor, Verb.WRITE),
    }
    return render(request, template, frame | context)


def _navigation(path: str, member: Member) -> Iterator[dict[str, Any]]:
    for place in PLACES:
        if access.holds(member.actor, place.verb):
            address = reverse(place.route)
            is_here = path == address or (address != "/" and path.startswith(address)) or path.startswith(place.folders)
            yield {"label": place.label, "icon": place.icon, "address": address, "is_here": is_here}
