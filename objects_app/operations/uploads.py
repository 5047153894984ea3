"""Uploads: the URL, the bytes that arrive, completion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from objects_app import access, audit, clock, combined, compiled, lookup, signing
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.compiled import Value
from objects_app.errors import (
    BodyTooLarge,
    ContentMismatch,
    NothingUploaded,
    NotUploading,
    StorageFull,
    UploadClosed,
    UrlExpired,
)
from objects_app.failpoints import fp
from objects_app.models import AuditEvent, State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet, every_object
from objects_app.operations import alone, blobs, completion, promotion, repeats
from objects_app.operations.completion import Content
from objects_app.operations.repeats import Fingerprint, RepeatedRequest, once
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import DirectStorage, direct_storage, direct_storage_of, get_storage

ASKED_OF_UPLOAD = ("account__suspended_at", "seen_at", "current_state", "declared_sha256", "last_activity_at")
JUST_NOTED = timedelta(seconds=10)


@dataclass(frozen=True)
class Upload:
    """An object and the URL to PUT its bytes to, while it takes any."""

    stored_object: StoredObject
    url: str | None = None
    expires_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def new_staging_key(object_id: str) -> str:
    """Where the client will PUT the bytes itself; empty where it sends them here."""
    storage = direct_storage()
    return storage.new_staging_key(object_id) if storage else ""


def sign_upload(stored_object: StoredObject, *, grant: int) -> Upload:
    """The URL that the event `grant` records; it counts from the time at which the object was last read."""
    storage = direct_storage_of(stored_object.staging_key)
    if storage:
        return _presign(stored_object, storage)
    expires_at = stored_object.seen_at + settings.UPLOAD_URL_LIFETIME
    signed = signing.sign(
        TransferGrant(
            purpose=Purpose.UPLOAD,
            object_id=stored_object.pk,
            account=stored_object.account_id,
            epoch=0,
            grant=grant,
            expires=signing.milliseconds(expires_at),
        )
    )
    return Upload(stored_object, url=settings.PUBLIC_BASE_URL + signed, expires_at=expires_at)


def _presign(stored_object: StoredObject, storage: DirectStorage) -> Upload:
    presigned = storage.presign_upload(
        stored_object.staging_key,
        lifetime=settings.UPLOAD_URL_LIFETIME,
        size=stored_object.declared_size,
        sha256=stored_object.declared_sha256,
    )
    expires_at = stored_object.seen_at + presigned.lifetime
    return Upload(stored_object, url=presigned.url, expires_at=expires_at, headers=presigned.headers)


def renew_upload_url(stored_object: StoredObject, *, actor: Actor, fingerprint: Fingerprint | None = None) -> Upload:
    """A fresh URL while the object is UPLOADING; a repeat that comes after completion is answered without one."""
    access.require(actor, Verb.WRITE, stored_object)
    try:
        with once(fingerprint, actor=actor, target_id=stored_object.pk):
            return _issue_upload_url(stored_object.pk, actor=actor)
    except RepeatedRequest:
        return repeat_upload(stored_object.pk, actor=actor)


def repeat_upload(object_id: str, *, actor: Actor) -> Upload:
    """What a repeated request is told: the object as it is now, with a usable URL if it still takes bytes."""
    try:
        with transaction.atomic():
            return _issue_upload_url(object_id, actor=actor)
    except NotUploading:
        return Upload(lookup.visible_object(actor, object_id))


def _issue_upload_url(object_id: str, *, actor: Actor) -> Upload:
    upload = StoredObject.objects.uploading().filter(pk=object_id)
    if not upload.update(last_activity_at=clock.now()):
        raise NotUploading
    if staging_key := new_staging_key(object_id):  # it was created before clients sent their bytes to the store
        upload.filter(staging_key="").update(staging_key=staging_key)
    stored_object = lookup.visible_object(actor, object_id)
    event = audit.record(AuditAction.OBJECT_UPLOAD_URL_ISSUED, actor=actor, target=stored_object)
    fp("renew.before_commit")
    return sign_upload(stored_object, grant=event.pk)


def begin_upload(grant: TransferGrant, *, length: int | None) -> int:
    """Refuse what cannot end well before a byte is read, and return the time, in milliseconds since 1970.

    `length` is the declared one, None for a chunked body.
    """
    upload = _open_upload(grant)
    refuse_too_large(length or 0)
    free = get_storage().free_bytes()
    if free is not None and (length or 0) > free:
        raise StorageFull
    if upload.seen_at - upload.last_activity_at >= JUST_NOTED:
        keep_upload_alive(grant)
    return signing.milliseconds(upload.seen_at)


def end_upload(grant: TransferGrant, *, began: int | None, size: int) -> str:
    """All bytes are here. A URL that ran out after they `began` to come is still good. Return the declared SHA-256."""
    upload = _open_upload(grant, began=began)
    refuse_too_large(size)
    return str(upload.declared_sha256)


def _open_upload(grant: TransferGrant, *, began: int | None = None) -> Any:
    upload = compiled.first(_upload_of, object_id=grant.object_id)
    if upload is None or upload.account__suspended_at:
        raise UploadClosed
    if (began or signing.milliseconds(upload.seen_at)) >= grant.expires:
        raise UrlExpired
    if upload.current_state != State.UPLOADING:
        raise UploadClosed
    return upload


def _upload_of(*, object_id: str) -> QuerySet[StoredObject, Any]:
    return StoredObject.objects.with_current_state().filter(pk=object_id).values_list(*ASKED_OF_UPLOAD)


def refuse_too_large(size: int) -> None:
    if settings.MAX_OBJECT_BYTES and size > settings.MAX_OBJECT_BYTES:
        raise BodyTooLarge(f"An object has at most {settings.MAX_OBJECT_BYTES} bytes.")


def keep_upload_alive(grant: TransferGrant) -> None:
    """Bytes are arriving: the sweep of stale uploads leaves this one alone."""
    alone.update(_active, object_id=grant.object_id)


def _active(*, object_id: str) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    return StoredObject.objects.uploading().filter(pk=object_id), {"last_activity_at": clock.now()}


def stage_upload(grant: TransferGrant, *, key: str, size: int, sha256: str, actor: Actor) -> None:
    """Make a whole, durable blob the content of the upload, in place of an earlier one.

    Where the database fails, nobody knows whether this was committed: the blob stays, because a row may name it.
    """
    fp("put.before_lock")
    staged: dict[str, Value] = {"staging_key": key, "staged_size": size, "staged_sha256": sha256}
    if _stage_first(grant, staged, size=size, actor=actor):
        fp("put.after_commit")
        return
    with transaction.atomic():
        stored_object = completion.lock_upload(grant.object_id)
        fp("put.before_cas")
        if stored_object:
            compiled.update(_staged, object_id=stored_object.pk, **staged)
            audit.record(AuditAction.OBJECT_UPLOADED, actor=actor, target=stored_object, size=size, grant=grant.grant)
        fp("put.before_commit")
    fp("put.after_commit")
    if not stored_object:
        blobs.discard_blob(key)
        raise UploadClosed
    if stored_object.staging_key:
        blobs.discard_blob(stored_object.staging_key)


def _stage_first(grant: TransferGrant, staged: dict[str, Value], *, size: int, actor: Actor) -> bool:
    """As one statement, where that is possible and nothing was uploaded before: what was, has to go."""
    if not combined.is_possible():
        return False
    fact = audit.of_stored_object(AuditAction.OBJECT_UPLOADED, actor=actor, size=size, grant=grant.grant)
    change = combined.Change(_staged_first, object_id=grant.object_id, **staged)
    return change.inserting(AuditEvent, fact, copied=audit.COPIED).carry_out(every_object) is not None


def _staged_first(*, object_id: str, **staged: Value) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    nothing = StoredObject.objects.uploading().filter(pk=object_id, staging_key="")
    return nothing, {**staged, "last_activity_at": clock.now()}


def _staged(*, object_id: str, **staged: Value) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    rows = StoredObject.objects.filter(pk=object_id, state=State.UPLOADING)
    return rows, {**staged, "last_activity_at": clock.now()}


def complete_upload(
    stored_object: StoredObject, *, actor: Actor, fingerprint: Fingerprint | None = None
) -> StoredObject:
    """Freeze what was uploaded as the object's content. Content that is not as declared: ERROR, and ContentMismatch."""
    access.require(actor, Verb.WRITE, stored_object)
    storage = direct_storage_of(stored_object.staging_key)
    try:
        if storage:
            promotion.promote(stored_object.pk, storage, actor=actor, fingerprint=fingerprint)
        elif finished := _freeze_at_once(stored_object, actor=actor, fingerprint=fingerprint):
            return finished
        else:
            _freeze_staged(stored_object.pk, actor=actor, fingerprint=fingerprint)
    except NotUploading:
        if not repeats.was_carried_out(fingerprint, actor=actor):
            raise
    return lookup.visible_object(actor, stored_object.pk)


def _freeze_at_once(upload: StoredObject, *, actor: Actor, fingerprint: Fingerprint | None) -> StoredObject | None:
    """None where that is not possible, or something is to be said against it, or it is not any more what was read."""
    if not combined.is_possible() or upload.state != State.UPLOADING or upload.staged_size is None:
        return None
    content = Content(upload.staging_key, upload.staged_size, upload.staged_sha256)
    if completion.mismatch(upload, content):
        return None
    fp("complete.before_lock")
    finished = completion.freeze_at_once(upload, content, actor=actor, fingerprint=fingerprint)
    if finished:
        fp("complete.after_commit")
    return finished


def _freeze_staged(object_id: str, *, actor: Actor, fingerprint: Fingerprint | None) -> None:
    fp("complete.before_lock")
    with transaction.atomic():
        upload = completion.lock_upload(object_id)
        fp("complete.before_cas")
        if upload is None:
            raise NotUploading
        if upload.staged_size is None:
            raise NothingUploaded
        content = Content(upload.staging_key, upload.staged_size, upload.staged_sha256)
        mismatch = completion.mismatch(upload, content)
        if mismatch:
            completion.fail(upload, mismatch, actor=actor)
        else:
            completion.freeze(upload, content, actor=actor, fingerprint=fingerprint)
        fp("complete.before_commit")
    fp("complete.after_commit")
    if mismatch:
        blobs.purge([upload])
        raise ContentMismatch(mismatch)
