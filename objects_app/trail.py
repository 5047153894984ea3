"""Audit events as people look at them: filters and pages, newest first; members see their account's, staff see all.

A page looks at no more than WINDOW events of each range of an index that it reads, however rare those are that it asks
for; where it stopped early it says from where to look on. Ids grow with time, so a time is found among them in a few
look-ups. Nothing is counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from objects_app import access, clock
from objects_app.access import Actor, Verb, Via
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent, StoredObject
from objects_app.models.audit import is_refused

WINDOW = 5_000
LATEST = 20
LOOKED_THROUGH = 500  # events of one object for one's own: a popular object has more than a page can wait for
MOST_RANGES = 6
IS_EARLIER = "(SELECT at FROM objects_app_auditevent WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1) <= %s"
FIRST_BEHIND = f"""
    WITH RECURSIVE halved (low, high) AS (
        SELECT COALESCE((SELECT id FROM objects_app_auditevent ORDER BY id LIMIT 1), 1),
            COALESCE((SELECT id FROM objects_app_auditevent ORDER BY id DESC LIMIT 1), 0) + 1
        UNION ALL
        SELECT CASE WHEN {IS_EARLIER} THEN (low + high) / 2 + 1 ELSE low END,
            CASE WHEN {IS_EARLIER} THEN high ELSE (low + high) / 2 END
        FROM halved WHERE low < high
    )
    SELECT MAX(low) FROM halved
"""  # noqa: S608  constants
SKEW = timedelta(minutes=1)  # by which times may go another way than ids: transactions that ran at once


@dataclass(frozen=True)
class Wanted:
    """What to show; empty shows all. `action` may be a whole group: `key` stands for all that begins with `key.`

    `only` are the actions to show, where they are no group. `about` is whoever did it or what it was done to; this and
    `account_id` are for staff alone: whoever else looks sees the own account.
    """

    age: timedelta | None = None
    since: datetime | None = None
    until: datetime | None = None
    account_id: str = ""
    action: str = ""
    actor: str = ""
    actor_id: str = ""
    via: str = ""
    address: str = ""
    request_id: str = ""
    target_id: str = ""
    about: str = ""
    only: tuple[str, ...] = ()
    succeeded: bool | None = None

    def actions(self) -> list[str]:
        return [each for each in AuditAction if each == self.action or each.startswith(f"{self.action}.")]


def stored(wanted: Wanted) -> dict[str, Any]:
    """As JSON holds it, so that it means the same later: an age counts from now on."""
    chosen = {field.name: getattr(wanted, field.name) for field in fields(Wanted) if field.name != "age"}
    if wanted.age is not None and wanted.since is None:
        chosen["since"] = timezone.now() - wanted.age
    times = {name: chosen[name].isoformat() for name in ("since", "until") if chosen[name]}
    return {name: value for name, value in chosen.items() if value not in (None, "", ())} | times


def restored(chosen: dict[str, Any]) -> Wanted:
    times = {name: datetime.fromisoformat(chosen[name]) for name in ("since", "until") if name in chosen}
    return Wanted(**chosen | times | {"only": tuple(chosen.get("only", ()))})


@dataclass(frozen=True)
class Page:
    """`before` is where the next page begins, None at the end. `looked_back_to` is told where a page was cut short."""

    events: list[AuditEvent]
    before: int | None
    looked_back_to: datetime | None = None


def page(actor: Actor, wanted: Wanted, *, before: int | None = None, limit: int) -> Page:
    access.require_activity(actor)
    matches = _matches(wanted)
    bounds = _bounds(wanted, before)
    by_id: dict[int, AuditEvent] = {}
    floor: int | None = None  # the event behind which nobody has looked
    for within in _ranges(actor, wanted):
        found, lowest = _newest(within.filter(bounds), matches, limit)
        by_id |= {event.pk: event for event in found}
        floor = max(filter(None, (floor, lowest)), default=None)
    events = [by_id[pk] for pk in sorted(by_id, reverse=True) if not floor or pk >= floor]
    if len(events) > limit:
        return Page(events[:limit], before=events[limit - 1].pk)
    if floor and not _is_too_old(floor, wanted):
        return Page(events, before=floor, looked_back_to=_time_of(floor))
    return Page(events, before=None)


def _newest(within: QuerySet[AuditEvent], matches: Q, limit: int) -> tuple[list[AuditEvent], int | None]:
    """What matches in one range, and where the look at it ended early, which the index tells by itself."""
    floor = within.values_list("pk", flat=True)[WINDOW - 1 : WINDOW].first() if matches else None
    reached = within.filter(pk__gte=floor) if floor else within
    return list(reached.filter(matches)[: limit + 1]), floor


def _time_of(event_id: int) -> datetime | None:
    """None where it was removed just now."""
    return AuditEvent.objects.filter(pk=event_id).values_list("at", flat=True).first()


def every(actor: Actor, wanted: Wanted, *, chunk: int = 1_000, before: int | None = None) -> Iterator[list[AuditEvent]]:
    """All that match, up to the event that is the newest now, in lists that fit into memory."""
    while True:
        found = page(actor, wanted, before=before, limit=chunk)
        yield found.events
        if found.before is None:
            return
        before = found.before


def latest_of(stored_object: StoredObject, *, actor: Actor) -> list[AuditEvent]:
    """What happened to one object. Whoever may not see the account's activity sees what they did themselves."""
    access.require(actor, Verb.READ, stored_object)
    (events,) = _ranges(actor, Wanted(target_id=stored_object.pk))
    if access.holds(actor, Verb.SEE_ACTIVITY):
        return list(events[:LATEST])
    own = [event for event in events[:LOOKED_THROUGH] if (event.actor_kind, event.actor_id) == (actor.kind, actor.id)]
    return own[:LATEST]


def id_at(moment: datetime) -> int:
    """Where the events since then begin: those before it are earlier. It may be in a gap, or behind all.

    Asked for what is behind the microsecond before: SQLite compares texts, of which some have three places.
    """
    before = connection.ops.adapt_datetimefield_value(moment - timedelta(microseconds=1))
    with connection.cursor() as cursor:
        cursor.execute(FIRST_BEHIND, [before, before])
        return int(cursor.fetchone()[0])


def _ranges(actor: Actor, wanted: Wanted) -> list[QuerySet[AuditEvent]]:
    """Each is a range of an index, and in its order; together they hold all that may match."""
    events = AuditEvent.objects.order_by("-id")
    if not access.oversees(actor):
        events = events.filter(account_id=actor.account_id)
    if wanted.target_id:
        return [events.filter(target_id=wanted.target_id)]
    return _ranges_of_all(events, wanted) if access.oversees(actor) else [events]


def _ranges_of_all(events: QuerySet[AuditEvent], wanted: Wanted) -> list[QuerySet[AuditEvent]]:
    """The narrowest that has an index. That of actors says itself that it leaves out those without an id."""
    known, actions = events.filter(~Q(actor_id="")), wanted.actions()
    possible = [
        (wanted.about, [events.filter(target_id=wanted.about), known.filter(actor_id=wanted.about)]),
        (wanted.address, [events.filter(address=wanted.address or None)]),
        (wanted.actor_id, [known.filter(actor_id=wanted.actor_id)]),
        (0 < len(actions) <= MOST_RANGES, [events.filter(action=action) for action in actions]),
        (wanted.succeeded is False, [events.filter(is_refused())]),
        (wanted.via == Via.ADMIN, [events.filter(via=Via.ADMIN)]),
        (wanted.account_id, [events.filter(account_id=wanted.account_id)]),
    ]
    return next((ranges for is_asked_for, ranges in possible if is_asked_for), [events])


def _bounds(wanted: Wanted, before: int | None) -> Q:
    """Where the ids can be that the page and the times ask for."""
    bounds = Q()
    if before is not None:
        bounds &= Q(pk__lt=before)
    if wanted.since is not None:
        bounds &= Q(pk__gte=id_at(wanted.since - SKEW))
    if wanted.until is not None:
        bounds &= Q(pk__lt=id_at(wanted.until + SKEW))
    return bounds


EXACT = ("account_id", "actor_id", "via", "address", "request_id")


def _matches(wanted: Wanted) -> Q:
    matches = Q(**{column: getattr(wanted, column) for column in EXACT if getattr(wanted, column)})
    if wanted.age is not None:
        matches &= _is_recent(wanted.age)
    if wanted.since is not None:
        matches &= Q(at__gte=wanted.since)
    if wanted.until is not None:
        matches &= Q(at__lt=wanted.until)
    if wanted.action:
        matches &= Q(action=wanted.action) | Q(action__startswith=f"{wanted.action}.")
    if wanted.only:
        matches &= Q(action__in=wanted.only)
    if wanted.actor:
        matches &= Q(actor_label__icontains=wanted.actor) | Q(actor_id=wanted.actor)
    if wanted.succeeded is not None:
        matches &= ~is_refused() if wanted.succeeded else is_refused()
    return matches


def _is_recent(age: timedelta) -> Q:
    return Q(at__gte=clock.ago(age))


def _is_too_old(event_id: int, wanted: Wanted) -> bool:
    """Whether a time filter ends before this event, so that nothing further back can match."""
    return wanted.age is not None and not AuditEvent.objects.filter(_is_recent(wanted.age), pk=event_id).exists()
