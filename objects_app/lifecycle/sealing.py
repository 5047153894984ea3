"""Seals over the audit trail, and the end of events that are old enough to go.

Seals cover events without a gap, in the order of their ids, so none may be covered before every smaller id is written
or given up for good. SQLite has one writer, which draws the id: what can be read is complete. On PostgreSQL a
transaction may draw an id long before it commits. So the sealer notes the highest id that it can read and then draws a
transaction number of its own. Whoever drew a smaller id had a number before that (the trigger `audit_event_numbered`
sees to it), hence a smaller one; once every smaller number has ended (`pg_snapshot_xmin`, which counts numbers in 64
bits that never come again), nothing up to the noted id can still appear. Rows carry no number: it would mean nothing in
a restored database, while ids do, and those that a backup holds are never drawn again there.
"""

import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from objects_app import access, audit, clock, seals
from objects_app.audit import AuditAction
from objects_app.failpoints import fp
from objects_app.lifecycle.sweeps import Found, Moment, Swept, moment_of
from objects_app.models import AuditEvent, AuditSeal
from objects_app.seals import Signed, anchors

logger = logging.getLogger(__name__)
SEALED_AT_ONCE = 1_000
FORGOTTEN_AT_ONCE = 10_000  # events, of whole seals
PATIENCE = timedelta(seconds=2)
ASKED_AGAIN_AFTER = 0.05  # seconds
Kind = AuditSeal.Kind


@dataclass(frozen=True)
class Horizon:
    """Up to `event_id` all is written once every transaction before `number` has ended; 0 where none needs to."""

    event_id: int
    number: int

    def __str__(self) -> str:
        return f"{self.event_id}:{self.number}"

    def is_reached(self) -> bool:
        if not self.number:
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
            return int(cursor.fetchone()[0]) >= self.number


def horizon_now() -> Horizon:
    """The order matters: the id first, then the number."""
    event_id = AuditEvent.objects.aggregate(newest=Max("id"))["newest"] or 0
    if connection.vendor == "sqlite" or event_id <= sealed_to():
        return Horizon(event_id, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return Horizon(event_id, int(cursor.fetchone()[0]))


def _horizon_of(cursor: str) -> Horizon:
    """The one that the last run could not reach, unless it counts the numbers of another database: one that was
    restored begins to count anew.
    """
    if not cursor:
        return horizon_now()
    event_id, number = map(int, cursor.split(":"))
    now = horizon_now()
    return Horizon(event_id, number) if 0 < number < now.number else now


def newest_seal() -> AuditSeal | None:
    return AuditSeal.objects.order_by("-number").first()


def sealed_to() -> int:
    """The last event that a seal covers."""
    return _last_event_of(Kind.SEAL)


def removed_to() -> int:
    """The last event that a tombstone covers."""
    return _last_event_of(Kind.TOMBSTONE)


def _last_event_of(kind: Kind) -> int:
    return AuditSeal.objects.filter(kind=kind).aggregate(last=Max("last_id"))["last"] or 0


def seal_audit(*, limit: int, cursor: str = "") -> Swept:
    """Seal at most `limit` events: those that are surely complete, however young."""
    horizon = _horizon_of(cursor)
    trouble = _trouble_with(newest_seal())
    if not _is_reached_soon(horizon):
        return Swept(0, 0, more=False, cursor=str(horizon), trouble=trouble)
    sealed = _seal(horizon.event_id, limit)
    trouble += anchors.catch_up()
    is_done = sealed < limit
    return Swept(sealed, 0, more=not is_done, cursor="" if is_done else str(horizon), trouble=trouble)


def _is_reached_soon(horizon: Horizon) -> bool:
    """Most transactions take milliseconds; for longer ones the next run asks again."""
    give_up_at = time.monotonic() + PATIENCE.total_seconds()
    while not horizon.is_reached():
        if time.monotonic() >= give_up_at:
            return False
        time.sleep(ASKED_AGAIN_AFTER)
    return True


def _trouble_with(newest: AuditSeal | None) -> tuple[str, ...]:
    """The next seal vouches for all before it, so it is told where that would be more than is known."""
    if newest is None:
        return ()
    if seals.check_signature(seals.hash_of(newest), newest.key_id, newest.signature) is Signed.RIGHT:
        return ()
    return (f"Seal {newest.number}, which the next one follows, is not signed with a known key: run verify_audit.",)


def _seal(upto: int, limit: int) -> int:
    """Return how many events were sealed."""
    newest, after = newest_seal(), sealed_to()
    events = list(seals.events_after(after, upto=upto, limit=limit))
    if not events:
        return 0
    digest, leaves = seals.pack(events)
    last_id = events[-1].id
    covered = AuditEvent.objects.filter(id__gt=after, id__lte=last_id)
    seal = AuditSeal(
        kind=Kind.SEAL,
        first_id=events[0].id,
        last_id=last_id,
        count=len(events),
        newest_at=covered.aggregate(newest=Max("at"))["newest"],
        digest=digest,
        leaves=leaves,
    )
    fp("seal.before_insert")
    try:
        _chain(seal, newest)
    except IntegrityError:
        logger.info("another sealer was faster")
        return 0
    return len(events)


def _chain(seal: AuditSeal, newest: AuditSeal | None) -> None:
    """Raises IntegrityError where another one follows `newest` already: its number is taken."""
    seal.number, seal.previous = (newest.number + 1, newest.hash) if newest else (1, "")
    seal.created_at = moment_of(clock.now())
    seals.finish(seal).save(force_insert=True)
    logger.info("audit %s ends at event %d: %s", seal, seal.last_id, seal.hash)


def find_unsealed(_before: Moment) -> Iterator[Found]:
    """Those included that the next run may have to leave because somebody is still writing before them."""
    return (Found(str(event.id), 0, event.text) for event in seals.events_after(sealed_to()))


def forget_audit_events(*, before: Moment, limit: int) -> Swept:
    """Remove events in whole seals, whose newest event is older than `before`, and leave a tombstone."""
    newest, after = newest_seal(), removed_to()
    old = list(_old_seals(after, before, limit))
    if newest is None or not old:
        return Swept(0, 0, more=False)
    count, last_id = sum(seal.count for seal in old), old[-1].last_id
    events = AuditEvent.objects.filter(id__gt=after, id__lte=last_id)
    tombstone = AuditSeal(
        kind=Kind.TOMBSTONE,
        first_id=after + 1,
        last_id=last_id,
        count=count,
        newest_at=max(seal.newest_at for seal in old),
        digest=old[-1].hash,
        leaves=b"",
    )
    fp("forget.before_delete")
    try:
        with transaction.atomic():
            if events.count() != count:
                return Swept(0, 0, more=False, trouble=(_miscounted(old, count),))
            _chain(tombstone, newest)
            events.delete()
            _record_removal(tombstone)
            fp("forget.before_commit")
    except IntegrityError:
        logger.info("another sealer was faster")
        return Swept(0, 0, more=False)
    return Swept(count, 0, more=True, trouble=anchors.catch_up())


def _old_seals(after: int, before: Moment, limit: int) -> Iterator[AuditSeal]:
    """The oldest ones that are not removed yet, of at most `limit` events together."""
    moment = moment_of(before)
    seals_of_events = AuditSeal.objects.filter(kind=Kind.SEAL, last_id__gt=after).order_by("last_id").defer("leaves")
    for seal in seals_of_events.iterator(chunk_size=100):
        limit -= seal.count
        if seal.newest_at > moment or limit < 0:
            return
        yield seal


def _miscounted(old: list[AuditSeal], count: int) -> str:
    """What is wrong is left as it is, for verify_audit to name."""
    return f"Seals {old[0].number} to {old[-1].number} cover {count} events, and others are there: run verify_audit."


def _record_removal(tombstone: AuditSeal) -> None:
    audit.record(
        AuditAction.AUDIT_EVENTS_REMOVED,
        actor=access.system_actor("forget_audit_events"),
        first_id=tombstone.first_id,
        last_id=tombstone.last_id,
        count=tombstone.count,
        tombstone=tombstone.number,
    )


def find_forgettable(before: Moment) -> Iterator[Found]:
    for seal in _old_seals(removed_to(), before, sys.maxsize):
        yield Found(f"{seal.first_id}-{seal.last_id}", 0, f"{seal.count} events of seal {seal.number}")
