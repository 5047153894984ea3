"""Objects whose time is over: uploads that nobody finished, and what has outlived its time to live."""

from collections.abc import Iterator

from objects_app import access
from objects_app.audit import AuditAction
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept
from objects_app.models import State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet
from objects_app.operations.tombstones import NEEDED, bury

BURIED_AT_ONCE = 1000  # as many as a store deletes in one call


def stale_uploads(*, before: Moment) -> StoredObjectQuerySet:
    """Uploads without activity since `before`, oldest first. Each can still be completed until the sweep commits."""
    rows = StoredObject.objects.filter(state=State.UPLOADING, last_activity_at__lte=before)
    return rows.order_by("last_activity_at")


def expire_stale_uploads(*, before: Moment, limit: int = BURIED_AT_ONCE) -> Swept:
    return _bury_batch(stale_uploads(before=before), "expire_stale_uploads", limit=limit)


def due_objects(*, before: Moment) -> StoredObjectQuerySet:
    """Objects whose time to live ended by `before`, the longest ended first; they were hidden from that instant on."""
    return StoredObject.objects.exclude(state=State.DELETED).filter(delete_after__lte=before).order_by("delete_after")


def delete_due_objects(*, before: Moment, limit: int = BURIED_AT_ONCE) -> Swept:
    return _bury_batch(due_objects(before=before), "delete_due_objects", limit=limit)


def _bury_batch(rows: StoredObjectQuerySet, job: str, *, limit: int) -> Swept:
    """Where the database can, two workers take different rows instead of waiting for each other."""
    batch = rows.only(*NEEDED).select_for_update(skip_locked=True)[:limit]
    gone = bury(batch, actor=access.system_actor(job), action=AuditAction.OBJECT_EXPIRED)
    return Swept(len(gone), sum(map(bytes_of, gone)), more=len(gone) == limit)


def found(rows: StoredObjectQuerySet) -> Iterator[Found]:
    for stored_object in rows.iterator(chunk_size=BATCH):
        yield Found(stored_object.pk, bytes_of(stored_object), stored_object.name)


def walk(rows: StoredObjectQuerySet) -> Iterator[StoredObject]:
    """By id. Each batch is a query of its own: on SQLite nobody can write who still reads what others have changed."""
    after = ""
    while batch := list(rows.order_by("pk").filter(pk__gt=after)[:BATCH]):
        yield from batch
        after = batch[-1].pk


def bytes_of(stored_object: StoredObject) -> int:
    return (stored_object.size_bytes or 0) + (stored_object.staged_size or 0)
