"""An account's audit events as people look at them: filters and pages, newest first.

A page looks at no more than WINDOW events, which an index yields in order, however rare those are that it asks for;
where it stopped early it says from where to look on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from objects_app import access, clock
from objects_app.access import Actor, Verb
from objects_app.models import AuditEvent, StoredObject

WINDOW = 5_000
LATEST = 20
LOOKED_THROUGH = 500  # events of one object for one's own: a popular object has more than a page can wait for


@dataclass(frozen=True)
class Wanted:
    """What to show; empty shows all. `action` may be a whole group: `key` stands for all that begins with `key.`"""

    age: timedelta | None = None
    action: str = ""
    actor: str = ""
    target_id: str = ""
    succeeded: bool | None = None


@dataclass(frozen=True)
class Page:
    """`before` is where the next page begins, None at the end. `looked_back_to` is told where a page was cut short."""

    events: list[AuditEvent]
    before: int | None
    looked_back_to: datetime | None = None


def page(actor: Actor, wanted: Wanted, *, before: int | None = None, limit: int) -> Page:
    access.require_in_account(actor, Verb.SEE_ACTIVITY, actor.account_id)
    within = _events_of(actor, wanted)
    if before is not None:
        within = within.filter(pk__lt=before)
    matches = _matches(wanted)
    floor = within.values_list("pk", "at")[WINDOW - 1 : WINDOW].first() if matches else None
    reached = within.filter(pk__gte=floor[0]) if floor else within
    events = list(reached.filter(matches)[: limit + 1])
    if len(events) > limit:
        return Page(events[:limit], before=events[limit - 1].pk)
    if floor and not _is_too_old(floor[0], wanted):
        return Page(events, before=floor[0], looked_back_to=floor[1])
    return Page(events, before=None)


def every(actor: Actor, wanted: Wanted, *, chunk: int = 1_000) -> Iterator[list[AuditEvent]]:
    """All that match, up to the event that is the newest now, in lists that fit into memory."""
    before: int | None = None
    while True:
        found = page(actor, wanted, before=before, limit=chunk)
        yield found.events
        if found.before is None:
            return
        before = found.before


def latest_of(stored_object: StoredObject, *, actor: Actor) -> list[AuditEvent]:
    """What happened to one object. Whoever may not see the account's activity sees what they did themselves."""
    access.require(actor, Verb.READ, stored_object)
    events = _events_of(actor, Wanted(target_id=stored_object.pk))
    if access.holds(actor, Verb.SEE_ACTIVITY):
        return list(events[:LATEST])
    own = [event for event in events[:LOOKED_THROUGH] if (event.actor_kind, event.actor_id) == (actor.kind, actor.id)]
    return own[:LATEST]


def _events_of(actor: Actor, wanted: Wanted) -> QuerySet[AuditEvent]:
    """Each of these is a range of an index, and in its order."""
    events = AuditEvent.objects.filter(account_id=actor.account_id).order_by("-id")
    return events.filter(target_id=wanted.target_id) if wanted.target_id else events


def _matches(wanted: Wanted) -> Q:
    matches = Q()
    if wanted.age is not None:
        matches &= _is_recent(wanted.age)
    if wanted.action:
        matches &= Q(action=wanted.action) | Q(action__startswith=f"{wanted.action}.")
    if wanted.actor:
        matches &= Q(actor_label__icontains=wanted.actor) | Q(actor_id=wanted.actor)
    if wanted.succeeded is not None:
        matches &= Q(result="ok") if wanted.succeeded else ~Q(result="ok")
    return matches


def _is_recent(age: timedelta) -> Q:
    return Q(at__gte=clock.ago(age))


def _is_too_old(event_id: int, wanted: Wanted) -> bool:
    """Whether a time filter ends before this event, so that nothing further back can match."""
    return wanted.age is not None and not AuditEvent.objects.filter(_is_recent(wanted.age), pk=event_id).exists()
