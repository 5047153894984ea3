"""Exports of the trail that are written by a worker, and forgotten after a time.

A run belongs to the worker that claimed its last attempt. One that was not touched for PATIENCE has lost its worker: it
is written anew, from its beginning, until ATTEMPTS have failed; what was written of it is an upload that expires.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from objects_app import access, clock, event_files, trail
from objects_app.access import Actor, Via
from objects_app.errors import NotAllowed, ObjectsError
from objects_app.failpoints import fp
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept
from objects_app.models import AuditEvent, ExportRun
from objects_app.operations import exports, small_uploads
from objects_app.operations.objects import NewObject

CHUNK = 5_000
PATIENCE = timedelta(minutes=5)
ATTEMPTS = 2
State = ExportRun.State
DIED = "The worker that wrote it ended before it was whole. Ask for it again."


class Superseded(Exception):
    """Another worker took the run for lost and has begun anew."""


def to_write(*, before: Moment) -> QuerySet[ExportRun]:
    lost = Q(state=State.RUNNING, touched_at__lte=clock.ago(PATIENCE))
    return ExportRun.objects.filter(Q(state=State.WAITING) | lost, requested_at__lte=before).order_by("pk")


def export_events(*, before: Moment, limit: int) -> Swept:  # noqa: ARG001  one at a time: each may be large
    run = _claim(before)
    if run is None:
        return Swept(0, 0, more=False)
    try:
        _write(run)
    except Superseded:
        return Swept(0, 0, more=False)
    except ObjectsError as refusal:
        _end(run, state=State.FAILED, error=refusal.message)
        return Swept(0, 0, more=True, trouble=(f"Export {run.pk}: {refusal.message}",))
    except Exception as failure:
        _end(run, state=State.FAILED, error=f"{type(failure).__name__}: the log says more.")
        raise
    return Swept(run.rows, run.bytes, more=True)


def _claim(before: Moment) -> ExportRun | None:
    with transaction.atomic():
        run = to_write(before=before).select_for_update(skip_locked=True).first()
        if run is None:
            return None
        if run.attempts >= ATTEMPTS:
            _end(run, state=State.FAILED, error=DIED)
            return None
        fresh = {"state": State.RUNNING, "attempts": F("attempts") + 1, "rows": 0, "bytes": 0}
        ExportRun.objects.filter(pk=run.pk).update(**fresh, touched_at=clock.now())
        return ExportRun.objects.select_related("user", "account").get(pk=run.pk)


def _write(run: ExportRun) -> None:
    """Whoever may no longer read the trail, or keep objects in the account, gets none."""
    new = NewObject(
        name=exports.name_of(run),
        content_type=exports.content_type_of(run),
        metadata={"export": str(run.pk)},
        time_to_live=exports.lifetime(),
    )
    stored_object = small_uploads.upload_blocks(new, _blocks(run), actor=_keeper(run))
    fp("export.before_end")
    _end(run, state=State.DONE, object_id=stored_object.pk)


def _keeper(run: ExportRun) -> Actor:
    place = exports.place_of(run.user, run.account_id)
    if place is None:
        raise NotAllowed("Who asked for it may no longer create objects in the account.")
    return replace(access.member_actor(place), via=Via.WORKER)


def _blocks(run: ExportRun) -> Iterator[bytes]:
    if not (run.user.is_active and run.user.is_staff):
        raise NotAllowed("Who asked for it is no longer staff.")
    for piece in event_files.pieces(_chunks(run), layout=run.layout):
        run.bytes += len(piece)
        yield piece


def _chunks(run: ExportRun) -> Iterator[list[AuditEvent]]:
    wanted, reader = trail.restored(run.filters), access.staff_actor(run.user)
    for events in trail.every(reader, wanted, chunk=CHUNK, before=run.upto + 1):
        yield events
        run.rows += len(events)
        if not _own(run).update(rows=run.rows, bytes=run.bytes, touched_at=clock.now()):
            raise Superseded


def _own(run: ExportRun) -> QuerySet[ExportRun]:
    return ExportRun.objects.filter(pk=run.pk, state=State.RUNNING, attempts=run.attempts)


def _end(run: ExportRun, **columns: str) -> None:
    _own(run).update(**columns, rows=run.rows, bytes=run.bytes, ended_at=clock.now())


def find_exports(before: Moment) -> Iterator[Found]:
    return (Found(str(run.pk), run.bytes, exports.name_of(run)) for run in to_write(before=before))


def old_exports(*, before: Moment) -> QuerySet[ExportRun]:
    ended = ExportRun.objects.filter(state__in=[State.DONE, State.FAILED])
    return ended.filter(requested_at__lte=before).order_by("requested_at")


def forget_exports(*, before: Moment, limit: int = BATCH) -> Swept:
    """The objects go by themselves: each was given the same time to live."""
    with transaction.atomic():
        old = list(old_exports(before=before).values_list("pk", flat=True)[:limit])
        ExportRun.objects.filter(pk__in=old).delete()
    return Swept(len(old), 0, more=len(old) == limit)


def find_old_exports(before: Moment) -> Iterator[Found]:
    return (Found(str(run.pk), run.bytes, exports.name_of(run)) for run in old_exports(before=before))
