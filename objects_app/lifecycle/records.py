"""Records that have served their time: repeated requests, uses of keys, runs of jobs, sessions."""

from collections.abc import Iterator
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from objects_app.failpoints import fp
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept
from objects_app.models import ApiKey, IdempotencyRecord, JobRun, KeyUse


def old_requests(*, before: Moment) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(created_at__lte=before).order_by("created_at")


def forget_requests(*, before: Moment, limit: int = BATCH) -> Swept:
    """Forget which requests were carried out before `before`; a repeat that comes later is a new request."""
    return _forget(old_requests(before=before), limit=limit)


def old_runs(*, before: Moment) -> QuerySet[JobRun]:
    return JobRun.objects.filter(started_at__lte=before).order_by("started_at")


def forget_runs(*, before: Moment, limit: int = BATCH) -> Swept:
    """What the jobs did in total stays with each job."""
    return _forget(old_runs(before=before), limit=limit)


def ended_sessions(*, before: Moment) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lte=before).order_by("expire_date")


def forget_sessions(*, before: Moment, limit: int = BATCH) -> Swept:
    return _forget(ended_sessions(before=before), limit=limit)


def _forget(rows: QuerySet[Any], *, limit: int) -> Swept:
    with transaction.atomic():
        gone, _ = rows.model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:limit])).delete()
    return Swept(gone, 0, more=gone == limit)


def key_uses(*, before: Moment) -> QuerySet[KeyUse]:
    return KeyUse.objects.filter(at__lte=before).order_by("id")


def roll_up_key_uses(*, before: Moment, limit: int = BATCH) -> Swept:
    """Write the newest use of each key into the key, which requests never write to."""
    uses = list(key_uses(before=before)[:limit])
    newest = {use.key_id: use for use in sorted(uses, key=lambda use: use.at)}
    fp("uses.before_lock")
    with transaction.atomic():
        for _, use in sorted(newest.items()):  # in one order, so that two runs at once wait and do not deadlock
            earlier = Q(last_used_at__isnull=True) | Q(last_used_at__lt=use.at)
            ApiKey.objects.filter(earlier, pk=use.key_id).update(last_used_at=use.at, last_used_from=use.address)
        KeyUse.objects.filter(pk__in=[use.pk for use in uses]).delete()
        fp("uses.before_commit")
    return Swept(len(uses), 0, more=len(uses) == limit)


def find_requests(before: Moment) -> Iterator[Found]:
    return (_found(row, row.target_id) for row in old_requests(before=before).iterator(chunk_size=BATCH))


def find_runs(before: Moment) -> Iterator[Found]:
    return (_found(row, str(row)) for row in old_runs(before=before).iterator(chunk_size=BATCH))


def find_sessions(before: Moment) -> Iterator[Found]:
    """Only the beginning of each id is told: whoever reads a whole one could sign in with it."""
    for row in ended_sessions(before=before).iterator(chunk_size=BATCH):
        yield Found(f"{row.pk[:6]}…", 0, f"ended {row.expire_date:%Y-%m-%d %H:%M}")


def find_key_uses(before: Moment) -> Iterator[Found]:
    return (_found(row, str(row)) for row in key_uses(before=before).iterator(chunk_size=BATCH))


def _found(row: Model, name: str) -> Found:
    return Found(str(row.pk), 0, name)
