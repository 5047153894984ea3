"""One object: its page, and the panel that shows the same beside the list."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from objects_app import access, metadata_rules, trail
from objects_app.access import Verb
from objects_app.errors import BadRequest, NotDownloadable
from objects_app.models import State, StoredObject
from objects_app.operations import downloads, looks, objects
from objects_app.operations.objects import ObjectChanges
from objects_app.previews import FIRST_BYTES
from objects_app.text import is_clean
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.object_changes import carry_out, own_object, possible_for
from objects_app.web.pages import render_page
from objects_app.web.returning import without_panel
from objects_app.web.snippets import snippets_for
from objects_app.web.wording import line_of

PANEL_BYTES = 64 * 1024
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
LINK_LIFETIMES = {"1h": ("1 hour", HOUR), "1d": ("1 day", DAY), "7d": ("7 days", WEEK)}
LIFETIMES: dict[str, tuple[str, timedelta | None]] = {
    **LINK_LIFETIMES,
    "30d": ("30 days", timedelta(days=30)),
    "365d": ("a year", timedelta(days=365)),
    "never": ("no limit", None),
}


@dataclass(frozen=True)
class Link:
    url: str
    lifetime: str


@only("GET", "POST")
@for_members
def show_object(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    """POST asks for a link and shows it: a secret, which is why it stands in no address."""
    stored_object = own_object(member.actor, object_id)
    if request.method != "POST":
        return render_page(request, member, "objects/object.html", context_of(stored_object, member))
    context = facts_of(stored_object, member) | {"link": _new_link(request, stored_object, member)}
    if request.headers.get("HX-Request"):  # which takes the link alone
        return render_page(request, member, "objects/object.html", context)
    return render_page(request, member, "objects/object.html", context | _preview_of(stored_object, member))


def panel_of(request: HttpRequest, member: Member) -> dict[str, Any]:
    """The context of `objects/_panel.html` for the object that the list's address has in `open`; empty without one."""
    object_id = request.GET.get("open", "")
    if not object_id or not is_clean(object_id):
        return {}
    stored_object = access.own_objects(member.actor).filter(pk=object_id).first()
    if stored_object is None:
        return {}
    return context_of(stored_object, member, most=PANEL_BYTES) | {
        "closed": without_panel(request.get_full_path(), of=[object_id])
    }


def context_of(stored_object: StoredObject, member: Member, *, most: int = FIRST_BYTES) -> dict[str, Any]:
    """Everything that is shown of an object. The preview is recorded as read by this person."""
    return facts_of(stored_object, member) | _preview_of(stored_object, member, most=most)


def _preview_of(stored_object: StoredObject, member: Member, *, most: int = FIRST_BYTES) -> dict[str, Any]:
    return {"preview": looks.look_at(stored_object, actor=member.actor, most=most)}


def facts_of(stored_object: StoredObject, member: Member) -> dict[str, Any]:
    state = State(stored_object.current_state)
    is_readable = state == State.READ_ONLY
    has_page = is_readable and stored_object.is_public and settings.PUBLIC_PAGES != "off"
    return {
        "stored_object": stored_object,
        "state": state,
        "is_deleted": state == State.DELETED,
        **possible_for(member.actor, stored_object),
        "public_page": settings.PUBLIC_BASE_URL + reverse("public_page", args=[stored_object.pk]) if has_page else "",
        "pairs": sorted(stored_object.metadata.items()),
        "link_lifetimes": [(value, label) for value, (label, _) in LINK_LIFETIMES.items()],
        "lifetimes": [(value, label) for value, (label, _) in LIFETIMES.items()],
        "lines": [line_of(event) for event in trail.latest_of(stored_object, actor=member.actor)],
        "sees_all_events": access.holds(member.actor, Verb.SEE_ACTIVITY),
        "snippets": snippets_for(stored_object) if is_readable else [],
    }


def _new_link(request: HttpRequest, stored_object: StoredObject, member: Member) -> Link | None:
    try:
        label, lifetime = LINK_LIFETIMES[request.POST.get("lifetime", "")]
    except KeyError:
        raise BadRequest("A link lives for 1h, 1d or 7d.") from None
    try:
        return Link(downloads.issue_download_url(stored_object, actor=member.actor, expires_in=lifetime), label)
    except NotDownloadable as refusal:
        messages.error(request, refusal.message)
        return None


@only("POST")
@for_members
def change_metadata(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    """The whole table as the form has it; a pair without key and value is left out, as is the one to `remove`."""
    stored_object = own_object(member.actor, object_id)
    pairs = _sent_pairs(request)
    metadata = dict(pairs)
    problem = metadata_rules.problem_of(metadata)
    if len(metadata) < len(pairs):
        problem = "Each key can be there only once."
    if problem:
        context = context_of(stored_object, member) | {"pairs": pairs, "metadata_problem": problem}
        return render_page(request, member, "objects/object.html", context)
    return _change(request, member, stored_object, ObjectChanges(metadata=metadata), done="The metadata is saved.")


def _sent_pairs(request: HttpRequest) -> list[tuple[str, str]]:
    sent = zip(request.POST.getlist("key"), request.POST.getlist("value"), strict=False)
    removed = request.POST.get("remove", "")
    return [
        (key.strip(), value)
        for number, (key, value) in enumerate(sent)
        if (key.strip() or value) and str(number) != removed
    ]


@only("POST")
@for_members
def change_lifetime(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = own_object(member.actor, object_id)
    try:
        label, lifetime = LIFETIMES[request.POST.get("lifetime", "")]
    except KeyError:
        raise BadRequest("There is no such lifetime.") from None
    done = f"The object will be deleted in {label}." if lifetime else "The object stays until somebody deletes it."
    return _change(request, member, stored_object, ObjectChanges(limits_life=True, time_to_live=lifetime), done=done)


def _change(
    request: HttpRequest, member: Member, stored_object: StoredObject, changes: ObjectChanges, *, done: str
) -> HttpResponse:
    return carry_out(request, lambda: objects.change_object(stored_object, changes, actor=member.actor), done=done)
