"""Completion of what a client has sent to the store itself: looked at, copied to a final key, and only then named.

The upload URL can still be used until it runs out, so the staged bytes are never the content: their copy is, made under
the condition that they are still what was looked at. Every copy has a row of its own before it begins.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from objects_app import clock
from objects_app.access import Actor
from objects_app.errors import (
    ContentMismatch,
    NothingUploaded,
    NotUploading,
    ObjectsError,
    StillCompleting,
    StorageUnavailable,
)
from objects_app.failpoints import fp
from objects_app.models import Promotion, StoredObject
from objects_app.operations import blobs, completion
from objects_app.operations.completion import Content
from objects_app.operations.repeats import Fingerprint
from objects_app.storage import BlobChanged, BlobHead, BlobNotFound, DirectStorage, digest_of, is_direct, storage_of

logger = logging.getLogger(__name__)
TRIES = 3  # for bytes that are replaced between the look and the copy
DIGESTED_AT_ONCE = 64 * 1024**2  # bytes of an object whose SHA-256 is computed before the answer
# How long nobody else begins the same copy. It only saves work: which copy counts is decided when the row is written.
LEASE = timedelta(seconds=3)
COPIED_BYTES_PER_SECOND = 50 * 1024**2


def promote(object_id: str, storage: DirectStorage, *, actor: Actor, fingerprint: Fingerprint | None) -> None:
    for _ in range(TRIES):
        upload = _look_at(object_id)
        try:
            head = storage.head(upload.staging_key)
            fp("promote.after_head")
            _promote_once(upload, head, storage, actor=actor, fingerprint=fingerprint)
        except BlobNotFound:
            _look_at(object_id)  # whoever completed or deleted it meanwhile took the bytes along
            raise NothingUploaded from None
        except BlobChanged:
            continue
        return
    raise StorageUnavailable(
        "The uploaded bytes are being replaced all the time. Complete the object after its upload."
    )


def _look_at(object_id: str) -> StoredObject:
    upload = StoredObject.objects.uploading().filter(pk=object_id).first()
    if upload is None:
        raise NotUploading
    return upload


def _promote_once(
    upload: StoredObject, head: BlobHead, storage: DirectStorage, *, actor: Actor, fingerprint: Fingerprint | None
) -> None:
    seen = Content("", head.size, head.sha256)
    if reason := completion.mismatch(upload, seen):
        _refuse(upload, reason, actor=actor)
    blob_key = _begin(upload, storage.new_blob_key(), head.size)
    try:
        content = _copy(upload, head, storage, blob_key)
        reason = completion.mismatch(upload, content)
        if not reason:
            _finish(upload, content, actor=actor, fingerprint=fingerprint)
    except (BlobNotFound, BlobChanged, ObjectsError):
        give_up(blob_key)
        raise
    if reason:
        give_up(blob_key)
        _refuse(upload, reason, actor=actor)


def _begin(upload: StoredObject, blob_key: str, size: int) -> str:
    lease = LEASE + timedelta(seconds=size / COPIED_BYTES_PER_SECOND)
    with transaction.atomic():
        if completion.lock_upload(upload.pk) is None:
            raise NotUploading
        if Promotion.objects.filter(stored_object=upload, over=False, until__gt=clock.now()).exists():
            raise StillCompleting
        Promotion.objects.create(blob_key=blob_key, stored_object=upload, until=clock.after(lease))
    return blob_key


def _copy(upload: StoredObject, head: BlobHead, storage: DirectStorage, blob_key: str) -> Content:
    fp("promote.before_copy")
    computed = storage.copy(
        upload.staging_key, head, blob_key, note_upload=lambda upload_id: _note_upload(blob_key, upload_id)
    )
    fp("promote.after_copy")
    sha256 = computed or head.sha256
    if not sha256 and (upload.declared_sha256 or head.size <= DIGESTED_AT_ONCE):
        sha256 = _digest_of_copy(storage, blob_key)
    return Content(blob_key, head.size, sha256)


def _digest_of_copy(storage: DirectStorage, blob_key: str) -> str:
    try:
        return digest_of(storage, blob_key)
    except BlobNotFound:
        raise StillCompleting from None  # it took so long that the sweep gave it up


def _note_upload(blob_key: str, upload_id: str) -> None:
    fp("promote.before_note")
    with transaction.atomic():
        Promotion.objects.filter(pk=blob_key).update(upload_id=upload_id)
    fp("promote.after_note")


def _finish(upload: StoredObject, content: Content, *, actor: Actor, fingerprint: Fingerprint | None) -> None:
    """Where the database fails, nobody knows whether this was committed: row and copy stay for the sweep to judge."""
    fp("complete.before_lock")
    with transaction.atomic():
        locked = completion.lock_upload(upload.pk)
        fp("complete.before_cas")
        if locked is None:
            raise NotUploading
        if not Promotion.objects.filter(pk=content.blob_key, over=False).delete()[0]:
            raise StillCompleting  # it took so long that the sweep gave it up
        completion.freeze(upload, content, actor=actor, fingerprint=fingerprint)
        fp("complete.before_commit")
    fp("complete.after_commit")


def _refuse(upload: StoredObject, reason: str, *, actor: Actor) -> None:
    with transaction.atomic():
        completion.fail(upload, reason, actor=actor)
    fp("complete.after_commit")
    blobs.purge([upload])
    raise ContentMismatch(reason)


def give_up(blob_key: str) -> None:
    """This copy will not be the content: another one is, or none."""
    with transaction.atomic():
        Promotion.objects.filter(pk=blob_key).update(over=True)
    try:
        end_promotions(list(Promotion.objects.filter(pk=blob_key)))
    except blobs.FAILURES:
        logger.warning("a copy that was given up stays for the sweep")


def end_promotions(promotions: Sequence[Promotion]) -> None:
    """Delete what promotions that are over have copied, then forget them. Raise StorageUnavailable if it fails."""
    for promotion in promotions:
        storage = storage_of(promotion.blob_key)
        if promotion.upload_id and is_direct(storage):
            storage.abort_upload(promotion.blob_key, promotion.upload_id)
    fp("promotions.before_delete")
    blobs.delete_blobs(promotion.blob_key for promotion in promotions)
    with transaction.atomic():
        Promotion.objects.filter(pk__in=[promotion.pk for promotion in promotions], over=True).delete()
