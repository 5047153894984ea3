"""Looks at content: the preview that a page shows, and the record that a person has seen it."""

from contextlib import closing
from datetime import datetime, timedelta

from django.db import DatabaseError

from objects_app import access, audit, clock, previews, shared
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.errors import ObjectNotFound, StorageUnavailable
from objects_app.models import AuditEvent, State, StoredObject
from objects_app.operations import downloads
from objects_app.previews import FIRST_BYTES, Preview, media_kind, nothing
from objects_app.storage import BlobNotFound

LARGEST_IMAGE = 32 * 1024 * 1024
MEDIA_LIFETIME = timedelta(hours=1)
ONE_LOOK = 300  # seconds
LOOKED_THROUGH = 200  # events
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
    if kind := _kind_shown(stored_object):
        account_id = actor.account_id or stored_object.account_id
        return _shown(stored_object, kind, AuditAction.CONTENT_PREVIEWED, actor=actor, account_id=account_id)
    preview = _made_from_bytes(stored_object, actor=actor, most=most)
    if preview.kind != "nothing":
        _record_once(AuditAction.CONTENT_PREVIEWED, stored_object, actor=actor)
    return preview


def open_page(stored_object: StoredObject, *, actor: Actor) -> Preview:
    """What the public page of the object shows; its opening is recorded, by whomever."""
    access.require_page(actor, stored_object)
    if kind := _kind_shown(stored_object):
        account_id = actor.account_id or access.ANYBODY
        return _shown(stored_object, kind, AuditAction.PUBLIC_PAGE_OPENED, actor=actor, account_id=account_id)
    _record_once(AuditAction.PUBLIC_PAGE_OPENED, stored_object, actor=actor)
    return _made_from_bytes(stored_object, actor=actor, most=FIRST_BYTES)


def note_staff_look(stored_object: StoredObject, *, actor: Actor) -> None:
    """Staff have opened the record of an object that not everybody may see."""
    access.require(actor, Verb.READ, stored_object)
    if not (stored_object.is_public and stored_object.current_state == State.READ_ONLY):
        _record_once(AuditAction.STAFF_OBJECT_VIEWED, stored_object, actor=actor)


def _record_once(action: AuditAction, stored_object: StoredObject, *, actor: Actor) -> None:
    """A page that is loaded again soon is the same look."""
    look = f"{action}:{stored_object.pk}:{actor.id or actor.address}"
    if shared.count(look, seconds=ONE_LOOK) > 1:
        return
    try:
        audit.record(action, actor=actor, target=stored_object, soon=True)
    except DatabaseError:
        shared.forget(look)
        raise


def _kind_shown(stored_object: StoredObject) -> str:
    """How a browser shows the bytes themselves; empty where it does not."""
    kind = media_kind(stored_object.content_type)
    if not (stored_object.size_bytes and downloads.may_be_shown(stored_object.content_type)):
        return ""
    return "" if kind == "image" and stored_object.size_bytes > LARGEST_IMAGE else kind


def _shown(stored_object: StoredObject, kind: str, action: AuditAction, *, actor: Actor, account_id: str) -> Preview:
    """The URL belongs to the look: a page that is loaded again soon has the same look and the same URL."""
    look = _latest_look(action, stored_object, actor=actor)
    if look is None:
        expires_at = stored_object.seen_at + MEDIA_LIFETIME
        if stored_object.delete_after:
            expires_at = min(expires_at, stored_object.delete_after)
        ends = expires_at.isoformat()
        look = audit.record(action, actor=actor, target=stored_object, soon=True, expires_at=ends)
    expires_at = datetime.fromisoformat(look.details["expires_at"])
    url = downloads.url_of_look(stored_object, look=look.pk, account_id=account_id, expires_at=expires_at)
    return Preview(kind, url=url)


def _latest_look(action: AuditAction, stored_object: StoredObject, *, actor: Actor) -> AuditEvent | None:
    """Looked for among the newest events alone: a popular object has more than a page can wait for."""
    newest = AuditEvent.objects.filter(target_id=stored_object.pk).order_by("-id").values("pk")[:LOOKED_THROUGH]
    looks = AuditEvent.objects.filter(pk__in=newest, action=action, at__gt=clock.ago(timedelta(seconds=ONE_LOOK)))
    own = looks.filter(actor_kind=actor.kind, actor_id=actor.id, details__has_key="expires_at")
    if not actor.id:
        own = own.filter(address=actor.address)
    return own.order_by("-id").first()


def _made_from_bytes(stored_object: StoredObject, *, actor: Actor, most: int) -> Preview:
    if media_kind(stored_object.content_type) == "image" and (stored_object.size_bytes or 0) > LARGEST_IMAGE:
        return nothing(LARGE_IMAGE)
    try:
        with closing(downloads.open_blob(stored_object, actor=actor)) as reader:
            return previews.preview_of(
                reader, content_type=stored_object.content_type, name=stored_object.name, most=most
            )
    except (BlobNotFound, ObjectNotFound):
        return nothing(UNREADABLE)
    except StorageUnavailable:
        return nothing(AWAY)
