"""What the operator sees first: how much is there, what went wrong lately, and what happened day by day.

Nothing is counted without a bound: a number that reached it is told as "at least". A day is a range of event ids.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, cast

from django.core.cache import caches
from django.db.models import BigIntegerField, Count, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from objects_app import clock, trail
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.lifecycle import figures
from objects_app.lifecycle.figures import Backlog, JobFigures
from objects_app.lifecycle.sealing import newest_seal
from objects_app.lifecycle.sweeps import moment_of
from objects_app.lifecycle.verified_seals import Verification, last_verification
from objects_app.models import AuditEvent, State, StoredObject
from objects_app.models.audit import is_refused
from objects_app.trail import Wanted

FRESH_SECONDS = 60
DAYS = 14
EVENTS_COUNTED = 10_000
OBJECTS_COUNTED = 50_000
ANOMALIES_SHOWN = 10
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Number:
    """`is_all` is False where there are at least so many."""

    value: int
    is_all: bool = True


@dataclass(frozen=True)
class Series:
    name: str
    days: list[tuple[datetime, Number]]


@dataclass(frozen=True)
class Chain:
    verified: Verification | None
    newest_seal_at: datetime | None

    @property
    def is_intact(self) -> bool:
        return self.verified is not None and not self.verified.findings


@dataclass(frozen=True)
class Overview:
    seen_at: datetime
    objects: Number
    bytes: Number
    backlog: Backlog
    failures: Number
    refusals: Number
    series: list[Series]
    jobs: list[JobFigures]
    chain: Chain


def overview() -> Overview:
    """Made at most once a minute by each process."""
    return cast("Overview", caches["process"].get_or_set("overview", _make, FRESH_SECONDS))


def anomalies(*, actor: Actor) -> list[AuditEvent]:
    return trail.page(actor, Wanted(action="anomaly", age=WEEK), limit=ANOMALIES_SHOWN).events


def _make() -> Overview:
    now = moment_of(clock.now())
    objects, size = _objects()
    since = Q(pk__gte=trail.id_at(now - DAY))
    return Overview(
        seen_at=now,
        objects=objects,
        bytes=size,
        backlog=figures.backlog(),
        failures=_count(AuditAction.OBJECT_FAILED, since),
        refusals=_count_refused(since),
        series=_series(now),
        jobs=figures.jobs(),
        chain=chain(),
    )


def chain() -> Chain:
    seal = newest_seal()
    return Chain(last_verification(), seal.created_at if seal else None)


def _objects() -> tuple[Number, Number]:
    """Finished objects, off the index that holds nothing else."""
    finished = StoredObject.objects.filter(state=State.READ_ONLY).order_by("verified_at")[:OBJECTS_COUNTED]
    totals = finished.aggregate(count=Count("pk"), size=Sum("size_bytes"))
    is_all = totals["count"] < OBJECTS_COUNTED
    return Number(totals["count"], is_all), Number(totals["size"] or 0, is_all)


def _series(now: datetime) -> list[Series]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - DAY * back for back in range(DAYS - 1, -2, -1)]
    ids = [trail.id_at(day) for day in days]
    ranges = [Q(pk__gte=first, pk__lt=end) for first, end in pairwise(ids)]
    return [
        Series(name, [(day, count(within)) for day, within in zip(days, ranges, strict=False)])
        for name, count in SERIES.items()
    ]


def _events(wanted: Q) -> QuerySet[AuditEvent, Any]:
    return AuditEvent.objects.filter(wanted).order_by("-id")[:EVENTS_COUNTED]


def _count(action: AuditAction, within: Q) -> Number:
    """Off the index of actions alone."""
    events = _events(within & Q(action=action)).count()
    return Number(events, events < EVENTS_COUNTED)


def _count_refused(within: Q) -> Number:
    """A flood of refusals counts as often as it says."""
    often = Coalesce(Cast(KT("details__count"), BigIntegerField()), 1)
    totals = _events(within & is_refused()).aggregate(events=Count("pk"), often=Sum(often))
    return Number(totals["often"] or 0, totals["events"] < EVENTS_COUNTED)


SERIES: dict[str, Callable[[Q], Number]] = {
    "Objects created": partial(_count, AuditAction.OBJECT_CREATED),
    "Downloads": partial(_count, AuditAction.CONTENT_DOWNLOADED),
    "Refusals and failures": _count_refused,
}
