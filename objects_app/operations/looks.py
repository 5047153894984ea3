"""Looks at content: the preview that a page shows, and the record that a person has seen it."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from django.db import DatabaseError, transaction

from objects_app import access, audit, previews, shared
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.errors import ObjectNotFound, StorageUnavailable
from objects_app.models import State, StoredObject
from objects_app.operations import downloads
from objects_app.previews import FIRST_BYTES, Preview, media_kind, nothing
from objects_app.storage import BlobNotFound

LARGEST_IMAGE = 32 * 1024 * 1024
MEDIA_LIFETIME = timedelta(hours=1)
ONE_LOOK = 300  # seconds
NO_CONTENT = {
    State.UPLOADING: "There is nothing to show yet: this object is still being uploaded.",
    State.ERROR: "There is nothing to show: this object failed.",
    State.DELETED: "There is nothing to show: this object is deleted.",
}
UNREADABLE = "The bytes of this object cannot be read: they are missing or damaged."
AWAY = "The storage cannot be reached for the moment. Load this page again soon."
LARGE_IMAGE = "This image is too large to be shown here. Download the object to see it."


def look_at(stored_object: StoredObject, *, actor: Actor, most: int = FIRST_BYTES) -> Preview:
    """What is shown of the content was read by this person, as if it had been downloaded."""
    access.require(actor, Verb.READ, stored_object)
    state = State(stored_object.current_state)
    if state != State.READ_ONLY:
        return nothing(NO_CONTENT[state])
    preview = _preview(stored_object, issue=downloads.issue_download_url, actor=actor, most=most)
    if preview.kind != "nothing" and not preview.url:  # whose URL was recorded when it was issued
        _record_once(AuditAction.CONTENT_PREVIEWED, stored_object, actor=actor)
    return preview


def open_page(stored_object: StoredObject, *, actor: Actor) -> Preview:
    """What the public page of the object shows; its opening is recorded, by whomever."""
    access.require_page(actor, stored_object)
    _record_once(AuditAction.PUBLIC_PAGE_OPENED, stored_object, actor=actor)
    return _preview(stored_object, issue=downloads.issue_page_url, actor=actor, most=FIRST_BYTES)


def _record_once(action: AuditAction, stored_object: StoredObject, *, actor: Actor) -> None:
    """A page that is loaded again soon is the same look."""
    look = f"{action}:{stored_object.pk}:{actor.id or actor.address}"
    if shared.count(look, seconds=ONE_LOOK) > 1:
        return
    try:
        with transaction.atomic():
            audit.record(action, actor=actor, target=stored_object)
    except DatabaseError:
        shared.forget(look)
        raise


def _preview(stored_object: StoredObject, *, issue: Callable[..., str], actor: Actor, most: int) -> Preview:
    kind = media_kind(stored_object.content_type)
    if not (kind and stored_object.size_bytes and downloads.may_be_shown(stored_object.content_type)):
        return _made_from_bytes(stored_object, actor=actor, most=most)
    if kind == "image" and stored_object.size_bytes > LARGEST_IMAGE:
        return nothing(LARGE_IMAGE)
    return Preview(kind, url=issue(stored_object, actor=actor, expires_in=MEDIA_LIFETIME, inline=True))


def _made_from_bytes(stored_object: StoredObject, *, actor: Actor, most: int) -> Preview:
    try:
        with closing(downloads.open_blob(stored_object, actor=actor)) as reader:
            return previews.preview_of(
                reader, content_type=stored_object.content_type, name=stored_object.name, most=most
            )
    except (BlobNotFound, ObjectNotFound):
        return nothing(UNREADABLE)
    except StorageUnavailable:
        return nothing(AWAY)
