"""What time does: each sweep handles one batch, may run twice, at once, or die anywhere, and does no harm."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from objects_app import access, clock
from objects_app.audit import AuditAction
from objects_app.models import IdempotencyRecord, JobRun, State, StoredObject
from objects_app.operations import blobs
from objects_app.operations.objects import mark_deleted

BATCH = 500
LONGEST_RUN = timedelta(seconds=5)
Moment = datetime | Combinable


@dataclass(frozen=True)
class Swept:
    """What one batch did: `rows` were changed, `bytes` freed; `more` says that another batch may find work."""

    rows: int
    bytes: int
    more: bool


def stale_uploads(*, before: Moment) -> QuerySet[StoredObject]:
    """Uploads without activity since `before`, oldest first. Each can still be completed until the sweep commits."""
    rows = StoredObject.objects.filter(state=State.UPLOADING, last_activity_at__lte=before)
    return rows.order_by("last_activity_at")


def expire_stale_uploads(*, before: Moment, limit: int = BATCH) -> Swept:
    actor = access.system_actor("expire_stale_uploads")
    batch = list(stale_uploads(before=before)[:limit])
    gone = [
        upload
        for upload in batch
        if mark_deleted(
            upload,
            actor=actor,
            action=AuditAction.OBJECT_EXPIRED,
            state=State.UPLOADING,
            last_activity_at__lte=before,
        )
    ]
    return Swept(len(gone), sum(map(_bytes_of, gone)), more=len(batch) == limit)


def delete_due_objects(*, before: Moment, limit: int = BATCH) -> Swept:
    """Write the tombstones of objects whose time to live ended by `before`; they were hidden from that instant on."""
    actor = access.system_actor("delete_due_objects")
    due = StoredObject.objects.exclude(state=State.DELETED).filter(delete_after__lte=before)
    batch = list(due.order_by("delete_after")[:limit])
    gone = [
        stored_object
        for stored_object in batch
        if mark_deleted(stored_object, actor=actor, action=AuditAction.OBJECT_EXPIRED, delete_after__lte=before)
    ]
    return Swept(len(gone), sum(map(_bytes_of, gone)), more=len(batch) == limit)


def purge_bytes(*, limit: int = BATCH) -> Swept:
    """Delete the bytes that stayed behind when their object was deleted or failed at completion.

    In no order, so that bytes which cannot be deleted do not keep the others waiting.
    What was completed and found damaged later keeps its bytes until somebody deletes it: they may be all that is left.
    """
    left = Q(state__in=[State.DELETED, State.ERROR]) & (~Q(blob_key="") | ~Q(staging_key=""))
    unwanted = Q(state=State.DELETED) | Q(completed_at__isnull=True)
    batch = list(StoredObject.objects.filter(left & unwanted).order_by("?")[:limit])
    purged = [stored_object for stored_object in batch if blobs.purge(stored_object)]
    return Swept(len(purged), sum(map(_bytes_of, purged)), more=len(batch) == limit and bool(purged))


def _bytes_of(stored_object: StoredObject) -> int:
    return (stored_object.size_bytes or 0) + (stored_object.staged_size or 0)


def forget_requests(*, before: Moment, limit: int = BATCH) -> Swept:
    """Forget which requests were carried out before `before`; a repeat that comes later is a new request."""
    old = IdempotencyRecord.objects.filter(created_at__lte=before).order_by("created_at")
    rows, _ = IdempotencyRecord.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()
    return Swept(rows, 0, more=rows == limit)


JOBS: dict[str, Callable[[], Swept]] = {
    "expire_stale_uploads": lambda: expire_stale_uploads(before=clock.ago(settings.UPLOAD_LIFETIME)),
    "delete_due_objects": lambda: delete_due_objects(before=clock.now()),
    "purge_bytes": purge_bytes,
    "forget_requests": lambda: forget_requests(before=clock.ago(settings.IDEMPOTENCY_LIFETIME)),
}


def run_job(name: str, *, started_by: str, longest: timedelta = LONGEST_RUN) -> Swept:
    return run_batches(name, JOBS[name], started_by=started_by, longest=longest)


def run_batches(name: str, sweep: Callable[[], Swept], *, started_by: str, longest: timedelta) -> Swept:
    """Run batches until nothing is left or `longest` has passed, and leave a row that says what was done."""
    run = JobRun.objects.create(job=name, started_by=started_by)
    stop_at = time.monotonic() + longest.total_seconds()
    swept = Swept(0, 0, more=True)
    error = ""
    try:
        while swept.more and time.monotonic() < stop_at:
            batch = sweep()
            swept = Swept(swept.rows + batch.rows, swept.bytes + batch.bytes, batch.more)
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"
        raise
    finally:
        JobRun.objects.filter(pk=run.pk).update(ended_at=clock.now(), rows=swept.rows, bytes=swept.bytes, error=error)
    return swept
