"""The content of a completed object goes from one storage to the other: it is copied, compared, and only then named.

What it was copied from stays named beside it, as staged bytes do after a completion, until nobody can be reading it any
more. Copying asks nobody but the storages, so that it can go on in many threads; rows change in one.
"""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from objects_app import clock
from objects_app.failpoints import fp
from objects_app.models import Promotion, State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet, is_in_bucket
from objects_app.operations import blobs, promotion
from objects_app.operations.damage import MISSING, WRONG_DIGEST, WRONG_LENGTH
from objects_app.operations.downloads import DIRECT_LIFETIME
from objects_app.storage import READ_AT_ONCE, STAGING, BlobNotFound, BlobWriter, Storage, storage_of

# How long a copy is waited for. One that takes longer is in vain, so it is far more than any takes.
LEASE = timedelta(hours=1)
COPIED_BYTES_PER_SECOND = 1024**2
URLS_END_AFTER = DIRECT_LIFETIME + timedelta(minutes=5)  # the last may be signed by somebody who is slow


class ContentDamaged(Exception):
    """The bytes that were read are not what the row says."""


def completed_in(*, bucket: bool) -> StoredObjectQuerySet:
    """Objects with content in the bucket, or on disk; damaged ones too, because their bytes may be all that is left."""
    of_bucket = is_in_bucket("blob_key")
    damaged = Q(state=State.ERROR, completed_at__isnull=False)
    rows = StoredObject.objects.filter(Q(state=State.READ_ONLY) | damaged, of_bucket if bucket else ~of_bucket)
    return rows.exclude(blob_key="").order_by("pk")


def can_move() -> Q:
    """Not while a row needs its place for what it was copied from: staged bytes, or a blob that URLs still name."""
    was_moved = ~Q(staging_key__startswith=STAGING) & Q(last_activity_at__lte=clock.ago(URLS_END_AFTER))
    return Q(state=State.ERROR) | Q(staging_key="") | was_moved


def keeps_earlier_blob() -> Q:
    """So long after the move a URL of the store can be used, and a transfer that then begins takes so much longer."""
    readers_are_gone = clock.ago(URLS_END_AFTER + settings.TRANSFER_TOTAL_TIMEOUT)
    return ~Q(staging_key="") & ~Q(staging_key__startswith=STAGING) & Q(last_activity_at__gt=readers_are_gone)


def uploads_in(*, bucket: bool) -> StoredObjectQuerySet:
    """Unfinished uploads that will complete in the bucket, or on disk."""
    of_bucket = is_in_bucket("staging_key")
    rows = StoredObject.objects.filter(of_bucket if bucket else ~of_bucket, state=State.UPLOADING)
    return rows.exclude(staging_key="")


@dataclass
class Move:
    """A copy on its way, which a row names before it begins."""

    stored_object: StoredObject
    writer: BlobWriter
    sha256: str = ""


def begin_move(stored_object: StoredObject, target: Storage) -> Move:
    writer = target.create()
    lease = LEASE + timedelta(seconds=(stored_object.size_bytes or 0) / COPIED_BYTES_PER_SECOND)
    try:
        with transaction.atomic():
            Promotion.objects.create(blob_key=writer.key, stored_object_id=stored_object.pk, until=clock.after(lease))
    except BaseException:
        writer.discard()
        raise
    return Move(stored_object, writer)


def copy_content(move: Move, *, count: Callable[[int], None]) -> None:
    """Raise ContentDamaged where the old blob is not what it was; then there is no new one."""
    old_key = move.stored_object.blob_key
    try:
        fp("move.before_copy")
        with closing(storage_of(old_key).open(old_key)) as reader:
            digest, size = hashlib.sha256(), 0
            while block := reader.read_at(size, READ_AT_ONCE):
                digest.update(block)
                move.writer.write([block])
                size += len(block)
                count(len(block))
        move.sha256 = digest.hexdigest()
        _compare(move, size)
        move.writer.commit()
        fp("move.after_copy")
    except BlobNotFound:
        move.writer.discard()
        raise ContentDamaged(MISSING) from None
    except BaseException:
        move.writer.discard()
        raise


def _compare(move: Move, size: int) -> None:
    """What is known to be damaged is moved as it is."""
    row = move.stored_object
    if row.state == State.ERROR:
        return
    if size != row.size_bytes:
        raise ContentDamaged(WRONG_LENGTH)
    if row.sha256 not in ("", move.sha256):
        raise ContentDamaged(WRONG_DIGEST)


def give_up(move: Move) -> None:
    promotion.give_up(move.writer.key)
    move.writer.release()


def finish_move(move: Move) -> bool:
    """Let the row name the copy. Where the row has changed since it was read, the copy goes and False is returned.

    Where the database fails, nobody knows whether this was committed: the copy stays for the sweep to judge.
    """
    switched = _switch(move)
    fp("move.after_commit")
    if switched:
        move.writer.release()
        if unneeded := _unneeded_key(move.stored_object):
            blobs.discard_blob(unneeded)
    else:
        give_up(move)
    return switched


class _Changed(Exception):
    """The row is not what it was, or the copy took so long that the sweep gave it up."""


def _switch(move: Move) -> bool:
    fp("move.before_cas")
    try:
        with transaction.atomic():
            if not _rows_as_read(move.stored_object).update(blob_key=move.writer.key, **_further_columns(move)):
                raise _Changed
            if not Promotion.objects.filter(pk=move.writer.key, over=False).delete()[0]:
                raise _Changed
            fp("move.before_commit")
    except _Changed:
        return False
    return True


def _rows_as_read(row: StoredObject) -> StoredObjectQuerySet:
    as_read = {name: getattr(row, name) for name in ("pk", "state", "blob_key", "staging_key", "sha256")}
    return StoredObject.objects.filter(**as_read)


def _further_columns(move: Move) -> dict[str, object]:
    """Nobody downloads what is damaged, so nobody needs what a damaged object was moved from."""
    row = move.stored_object
    if row.state == State.ERROR:
        return {}
    return {"staging_key": row.blob_key, "last_activity_at": clock.now(), "sha256": move.sha256}


def _unneeded_key(row: StoredObject) -> str:
    return row.blob_key if row.state == State.ERROR else row.staging_key
