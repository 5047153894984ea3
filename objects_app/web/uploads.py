"""Uploading: what the script of the pages calls, the form that serves without one, and the uploads in progress."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from objects_app import access, listing
from objects_app.access import Actor, Verb
from objects_app.errors import BodyTooLarge, ObjectsError, ValidationFailed
from objects_app.operations import objects, small_uploads, uploads
from objects_app.operations.objects import NewObject
from objects_app.storage import direct_storage
from objects_app.web.errors import wants_json
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.object_changes import own_object
from objects_app.web.pages import render_page
from objects_app.web.returning import way_back
from objects_app.web.upload_form import UploadForm, problems


@only("GET", "POST")
@for_members
def upload(request: HttpRequest, member: Member) -> HttpResponse:
    """POST takes small objects in the form itself; with a script the page never sends it."""
    access.require_scope(member.actor, Verb.WRITE)
    form = UploadForm(request.POST if request.method == "POST" else None, account=member.account)
    chosen = request.FILES.getlist("content")
    if request.method == "POST" and form.is_valid() and not chosen:
        form.add_error(None, "Choose what to upload.")
    if not form.is_valid():
        return render_page(request, member, "uploads/upload.html", {"form": form, "problems": problems(form)})
    for content in chosen:
        _take(request, form.new_object(name=content.name or "", size=content.size), content.read(), actor=member.actor)
    return HttpResponseRedirect(way_back(request))


def _take(request: HttpRequest, new: NewObject, content: bytes, *, actor: Actor) -> None:
    try:
        small_uploads.upload_at_once(new, content, actor=actor)
    except BodyTooLarge as refusal:
        messages.error(request, f"“{new.name}”: {refusal.message}")
    else:
        messages.success(request, f"“{new.name}” is uploaded.")


@only("POST")
@for_members
def create(request: HttpRequest, member: Member) -> HttpResponse:
    """The object, and where its bytes are to be PUT; a path where that is on this site, whatever it is called."""
    form = UploadForm(request.POST, account=member.account)
    if not form.is_valid() or not form.cleaned_data["name"]:
        raise ValidationFailed(errors=problems(form) or {"name": ["A name is needed."]})
    started = objects.create_object(form.new_object(), actor=member.actor)
    return JsonResponse(
        {
            "id": started.stored_object.pk,
            "upload_url": (started.url or "").removeprefix(settings.PUBLIC_BASE_URL),
            "upload_headers": dict(started.headers),
        }
    )


@only("POST")
@for_members
def complete(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = own_object(member.actor, object_id)
    return _say_how_it_went(
        request,
        lambda: uploads.complete_upload(stored_object, actor=member.actor),
        done=f"“{stored_object.name}” is complete.",
    )


@only("POST")
@for_members
def cancel(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = own_object(member.actor, object_id)
    return _say_how_it_went(
        request,
        lambda: objects.delete_object(stored_object, actor=member.actor),
        done=f"The upload of “{stored_object.name}” is cancelled.",
    )


def _say_how_it_went(request: HttpRequest, act: Callable[[], object], *, done: str) -> HttpResponse:
    """To a script in JSON, to a person by a message on the page that the form came from."""
    if wants_json(request):
        act()
        return JsonResponse({"message": done})
    try:
        act()
    except ObjectsError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(way_back(request))


@only("GET")
@for_members
def list_uploads(request: HttpRequest, member: Member) -> HttpResponse:
    found = listing.own_uploads(member.actor)
    context = {
        "rows": [_row(upload) for upload in found[: listing.MOST_UPLOADS]],
        "are_more": len(found) > listing.MOST_UPLOADS,
        "goes_to_store": direct_storage() is not None,
        "base_url": settings.PUBLIC_BASE_URL,
    }
    return render_page(request, member, "uploads/list.html", context)


def _row(stored_object: Any) -> dict[str, Any]:
    return {"stored_object": stored_object, "swept_at": stored_object.last_activity_at + settings.UPLOAD_LIFETIME}
