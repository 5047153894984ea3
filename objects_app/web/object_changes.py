"""What can be done to one object or to several from the list: make public or private, download, delete."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from objects_app import access
from objects_app.access import Actor, Verb
from objects_app.errors import BadRequest, NotDownloadable, ObjectNotFound, WrongState
from objects_app.models import State, StoredObject
from objects_app.operations import downloads, objects, uses
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.pages import render_page
from objects_app.web.returning import way_back, without_panel

DOWNLOAD_URL_LIFETIME = timedelta(minutes=5)
SEVERAL_URLS_LIFETIME = timedelta(hours=1)
MOST_AT_ONCE = 100


@only("POST")
@for_members
def publish(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = own_object(member.actor, object_id)
    return carry_out(
        request,
        lambda: objects.publish(stored_object, actor=member.actor),
        done=f"“{stored_object.name}” is public now: everybody with an API key can read it.",
        undo=reverse("unpublish_object", args=[object_id]),
    )


@only("POST")
@for_members
def unpublish(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = own_object(member.actor, object_id)
    return carry_out(
        request,
        lambda: objects.unpublish(stored_object, actor=member.actor),
        done=f"“{stored_object.name}” is private now: only this account can read it.",
        undo=reverse("publish_object", args=[object_id]),
    )


@only("POST")
@for_members
def download(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = own_object(member.actor, object_id)
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
    stored_object = own_object(member.actor, object_id)
    if request.method == "POST":
        return carry_out(
            request,
            lambda: objects.delete_object(stored_object, actor=member.actor),
            done=f"“{stored_object.name}” is deleted.",
        )
    access.require(member.actor, Verb.WRITE, stored_object)
    way_on = without_panel(way_back(request), of=[object_id])
    if stored_object.current_state == State.DELETED:
        messages.info(request, f"“{stored_object.name}” was deleted before.")
        return HttpResponseRedirect(way_on)
    context = {
        "stored_object": stored_object,
        "uses": uses.lately(stored_object, actor=member.actor),
        "way_back": way_back(request),
        "way_on": way_on,
    }
    return render_page(request, member, "objects/delete.html", context)


@only("POST")
@for_members
def change_several(request: HttpRequest, member: Member) -> HttpResponse:
    """The bar of the list: `do` says what, `object` to which, as often as there are objects."""
    chosen = _chosen(request.POST.getlist("object"))
    wanted = request.POST.get("do", "")
    if wanted == "download":
        return _show_downloads(request, member, chosen)
    if wanted == "ask":
        query = [("object", each) for each in chosen] + [("next", way_back(request))]
        return HttpResponseRedirect(f"{reverse('delete_objects')}?{urlencode(query)}")
    verbs: dict[str, tuple[Callable[..., object], str]] = {
        "publish": (objects.publish, "public now"),
        "unpublish": (objects.unpublish, "private now"),
        "delete": (objects.delete_object, "deleted"),
    }
    if wanted not in verbs:
        raise BadRequest
    verb, participle = verbs[wanted]
    done = _to_each(request, member.actor, chosen, verb)
    if done:
        messages.success(request, f"{_counted(done)} {participle}.")
    return HttpResponseRedirect(way_back(request))


def _to_each(request: HttpRequest, actor: Actor, chosen: list[str], verb: Callable[..., object]) -> int:
    """How many it worked for; each of the others is told of."""
    done = 0
    for object_id in chosen:
        stored_object = own_object(actor, object_id)
        try:
            verb(stored_object, actor=actor)
        except WrongState as refusal:
            messages.error(request, f"“{stored_object.name}”: {refusal.message}")
        else:
            done += 1
    return done


@only("GET")
@for_members
def delete_several(request: HttpRequest, member: Member) -> HttpResponse:
    """What would go, before it goes."""
    chosen = [own_object(member.actor, each) for each in _chosen(request.GET.getlist("object"))]
    for stored_object in chosen:
        access.require(member.actor, Verb.WRITE, stored_object)
    context = {
        "chosen": chosen,
        "counted": _counted(len(chosen)).rpartition(" ")[0],
        "size": sum(each.size_bytes or 0 for each in chosen),
        "public": sum(each.is_public for each in chosen),
        "way_back": way_back(request),
        "way_on": without_panel(way_back(request), of=[each.pk for each in chosen]),
    }
    return render_page(request, member, "objects/delete_several.html", context)


def _show_downloads(request: HttpRequest, member: Member, chosen: list[str]) -> HttpResponse:
    issued = []
    for object_id in chosen:
        stored_object = own_object(member.actor, object_id)
        try:
            url = downloads.issue_download_url(stored_object, actor=member.actor, expires_in=SEVERAL_URLS_LIFETIME)
        except NotDownloadable as refusal:
            messages.error(request, f"“{stored_object.name}”: {refusal.message}")
        else:
            issued.append({"stored_object": stored_object, "url": url})
    if not issued:
        return HttpResponseRedirect(way_back(request))
    response = render_page(request, member, "objects/downloads.html", {"issued": issued, "way_back": way_back(request)})
    response["HX-Push-Url"] = "false"  # the address takes no GET
    return response


def _chosen(ids: list[str]) -> list[str]:
    chosen = list(dict.fromkeys(ids))
    if not chosen:
        raise BadRequest("Select at least one object first.")
    if len(chosen) > MOST_AT_ONCE:
        raise BadRequest(f"At most {MOST_AT_ONCE} objects can be changed at once.")
    return chosen


def _counted(number: int) -> str:
    return "1 object is" if number == 1 else f"{number} objects are"


def own_object(actor: Actor, object_id: str) -> StoredObject:
    try:
        return access.own_objects(actor).get(pk=object_id)
    except StoredObject.DoesNotExist:
        raise ObjectNotFound from None


def possible_for(actor: Actor, stored_object: Any) -> dict[str, bool]:
    """What would work on an object now: pages offer nothing else."""
    state = State(stored_object.current_state)
    may_write = access.may(actor, Verb.WRITE, stored_object)
    return {
        "can_change": may_write and state in objects.CHANGEABLE,
        "can_download": state == State.READ_ONLY and access.may(actor, Verb.READ, stored_object),
        "can_delete": may_write and state != State.DELETED,
    }


def carry_out(request: HttpRequest, change: Callable[[], object], *, done: str, undo: str = "") -> HttpResponse:
    """Do it, say how it went, and go back to the page that the form was sent from. `undo` is where a POST undoes it."""
    try:
        change()
    except WrongState as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done, extra_tags=undo)
    return HttpResponseRedirect(way_back(request))
