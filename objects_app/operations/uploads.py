"""Uploads: the URL, the bytes that arrive, completion."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from objects_app import access, audit, clock, signing
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
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
from objects_app.models.objects import StoredObjectQuerySet, is_not_due
from objects_app.operations import blobs, repeats
from objects_app.operations.repeats import Fingerprint, RepeatedRequest, once
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage


@dataclass(frozen=True)
class Upload:
    """An object and the URL to PUT its bytes to, while it takes any."""

    stored_object: StoredObject
    url: str | None = None
    expires_at: datetime | None = None


def _open_uploads() -> StoredObjectQuerySet:
    return StoredObject.objects.filter(is_not_due(), state=State.UPLOADING)


def sign_upload(stored_object: StoredObject, *, event: AuditEvent) -> Upload:
    """The URL that `event` grants; it counts from the time at which the object was last read."""
    expires_at = stored_object.seen_at + settings.UPLOAD_URL_LIFETIME
    grant = TransferGrant(
        purpose=Purpose.UPLOAD,
        object_id=stored_object.pk,
        account=stored_object.account_id,
        epoch=0,
        grant=event.pk,
        expires=signing.milliseconds(expires_at),
    )
    return Upload(stored_object, url=settings.PUBLIC_BASE_URL + signing.sign(grant), expires_at=expires_at)


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
        return Upload(access.own_objects(actor).get(pk=object_id))


def _issue_upload_url(object_id: str, *, actor: Actor) -> Upload:
    if not _open_uploads().filter(pk=object_id).update(last_activity_at=clock.now()):
        raise NotUploading
    stored_object = access.visible_objects(actor).get(pk=object_id)
    event = audit.record(AuditAction.OBJECT_UPLOAD_URL_ISSUED, actor=actor, target=stored_object)
    fp("renew.before_commit")
    return sign_upload(stored_object, event=event)


def begin_upload(grant: TransferGrant, *, length: int | None) -> None:
    """Refuse what cannot end well before a byte is read. `length` is the declared one, None for a chunked body."""
    _refuse_closed(grant)
    refuse_too_large(length or 0)
    free = get_storage().free_bytes()
    if free is not None and (length or 0) > free:
        raise StorageFull
    keep_upload_alive(grant)


def _refuse_closed(grant: TransferGrant) -> None:
    stored_object = (
        StoredObject.objects.with_current_state().select_related("account").filter(pk=grant.object_id).first()
    )
    if stored_object is None or stored_object.account.suspended_at:
        raise UploadClosed
    if signing.milliseconds(stored_object.seen_at) >= grant.expires:
        raise UrlExpired
    if stored_object.current_state != State.UPLOADING:
        raise UploadClosed


def refuse_too_large(size: int) -> None:
    if settings.MAX_OBJECT_BYTES and size > settings.MAX_OBJECT_BYTES:
        raise BodyTooLarge(f"An object has at most {settings.MAX_OBJECT_BYTES} bytes.")


def keep_upload_alive(grant: TransferGrant) -> None:
    """Bytes are arriving: the sweep of stale uploads leaves this one alone."""
    with transaction.atomic():
        _open_uploads().filter(pk=grant.object_id).update(last_activity_at=clock.now())


def stage_upload(grant: TransferGrant, *, key: str, size: int, sha256: str, actor: Actor) -> None:
    """Make a whole, durable blob the content of the upload, in place of an earlier one.

    Where the database fails, nobody knows whether this was committed: the blob stays, because a row may name it.
    """
    fp("put.before_lock")
    with transaction.atomic():
        stored_object = _open_uploads().select_for_update().filter(pk=grant.object_id).first()
        fp("put.before_cas")
        if stored_object:
            StoredObject.objects.filter(pk=stored_object.pk, state=State.UPLOADING).update(
                staging_key=key, staged_size=size, staged_sha256=sha256, last_activity_at=clock.now()
            )
            audit.record(AuditAction.OBJECT_UPLOADED, actor=actor, target=stored_object, size=size, grant=grant.grant)
        fp("put.before_commit")
    fp("put.after_commit")
    if not stored_object:
        blobs.discard_blob(key)
        raise UploadClosed
    if stored_object.staging_key:
        blobs.discard_blob(stored_object.staging_key)


def complete_upload(
    stored_object: StoredObject, *, actor: Actor, fingerprint: Fingerprint | None = None
) -> StoredObject:
    """Freeze the staged blob as the object's content. Content that is not as declared: ERROR, and ContentMismatch."""
    access.require(actor, Verb.WRITE, stored_object)
    try:
        _promote(stored_object.pk, actor=actor, fingerprint=fingerprint)
    except NotUploading:
        if not repeats.was_carried_out(fingerprint, actor=actor):
            raise
    return access.visible_objects(actor).get(pk=stored_object.pk)


def _promote(object_id: str, *, actor: Actor, fingerprint: Fingerprint | None) -> None:
    fp("complete.before_lock")
    with transaction.atomic():
        upload = _open_uploads().select_for_update().filter(pk=object_id).first()
        fp("complete.before_cas")
        if upload is None:
            raise NotUploading
        if not upload.staging_key:
            raise NothingUploaded
        mismatch = _mismatch(upload)
        if mismatch:
            _fail(upload, mismatch, actor=actor)
        else:
            _freeze(upload, actor=actor, fingerprint=fingerprint)
        fp("complete.before_commit")
    fp("complete.after_commit")
    if mismatch:
        blobs.purge([upload])
        raise ContentMismatch(mismatch)


def _mismatch(upload: StoredObject) -> str:
    """Why the staged content must not become the object's; empty where nothing speaks against it."""
    if settings.MAX_OBJECT_BYTES and (upload.staged_size or 0) > settings.MAX_OBJECT_BYTES:
        return f"The content has {upload.staged_size} bytes; at most {settings.MAX_OBJECT_BYTES} are allowed."
    if upload.declared_size not in (None, upload.staged_size):
        return f"The content has {upload.staged_size} bytes; {upload.declared_size} were declared."
    if upload.declared_sha256 not in ("", upload.staged_sha256):
        return f"The content's SHA-256 is {upload.staged_sha256}; {upload.declared_sha256} was declared."
    return ""


def _freeze(upload: StoredObject, *, actor: Actor, fingerprint: Fingerprint | None) -> None:
    _leave_uploading(
        upload,
        state=State.READ_ONLY,
        completed_at=clock.now(),
        verified_at=clock.now(),
        was_public=F("is_public"),
        blob_key=F("staging_key"),
        size_bytes=F("staged_size"),
        sha256=F("staged_sha256"),
        staging_key="",
        staged_size=None,
        staged_sha256="",
    )
    repeats.remember(fingerprint, actor=actor, target_id=upload.pk)
    audit.record(
        AuditAction.OBJECT_COMPLETED,
        actor=actor,
        target=upload,
        size=upload.staged_size,
        sha256=upload.staged_sha256,
    )


def _fail(upload: StoredObject, reason: str, *, actor: Actor) -> None:
    _leave_uploading(upload, state=State.ERROR, error_reason=reason)
    audit.record(AuditAction.OBJECT_FAILED, actor=actor, target=upload, result="failed", reason=reason)


def _leave_uploading(upload: StoredObject, **columns: object) -> None:
    if not StoredObject.objects.filter(pk=upload.pk, state=State.UPLOADING, staging_key=upload.staging_key).update(
        **columns
    ):
        raise NotUploading
