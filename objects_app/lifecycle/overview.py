"""What the operator sees first: how much is there, what went wrong lately, and what happened day by day.

Nothing is counted without a bound: a number that reached it is told as "at least". A day is a range of event ids.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple, cast

from django.core.cache import caches
from django.db.models import BigIntegerField, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.text import slugify

from objects_app import clock, compiled, totals, trail
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
OBJECTS_SUMMED = 10_000
ANOMALIES_SHOWN = 10
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Number:
    """`is_all` is False where there are at least so many."""

    value: int
    is_all: bool = True


class Range(NamedTuple):
    """Of ids of events; `end` is not among them."""

    first: int
    end: int


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
    objects: int
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
    objects = totals.finished()
    last_day = Range(trail.id_at(now - DAY), compiled.LARGEST_INTEGER)
    return Overview(
        seen_at=now,
        objects=objects,
        bytes=_bytes(objects),
        backlog=figures.backlog(),
        failures=_count(AuditAction.OBJECT_FAILED, last_day),
        refusals=_count_refused(last_day),
        series=_series(now),
        jobs=figures.jobs(),
        chain=chain(),
    )


def chain() -> Chain:
    seal = newest_seal()
    return Chain(last_verification(), seal.created_at if seal else None)


def _bytes(objects: int) -> Number:
    """Of finished objects, off the index that holds nothing else."""
    finished = StoredObject.objects.filter(state=State.READ_ONLY).order_by("verified_at")[:OBJECTS_SUMMED]
    size = finished.aggregate(size=Sum("size_bytes"))["size"] or 0
    return Number(size, is_all=objects <= OBJECTS_SUMMED)


def _series(now: datetime) -> list[Series]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - DAY * back for back in range(DAYS - 1, -2, -1)]
    ranges = [Range(first, end) for first, end in pairwise(trail.id_at(day) for day in days)]
    return [
        Series(name, [(day, _of_day(name, day, within, now)) for day, within in zip(days, ranges, strict=False)])
        for name in SERIES
    ]


def _of_day(name: str, day: datetime, within: Range, now: datetime) -> Number:
    """A day that is over is counted once by each process: events are only ever added, at the end."""
    count = partial(SERIES[name], within)
    if now < day + DAY + trail.SKEW:
        return count()
    return cast("Number", caches["process"].get_or_set(f"{day:%Y-%m-%d}{slugify(name)}", count, DAY.total_seconds()))


def _count(action: AuditAction, within: Range) -> Number:
    """Off the index of actions alone."""
    events = compiled.count(_events_of, action, EVENTS_COUNTED, first=within.first, end=within.end)
    return Number(events, events < EVENTS_COUNTED)


def _events_of(action: AuditAction, most: int, *, first: int, end: int) -> QuerySet[AuditEvent, Any]:
    events = AuditEvent.objects.filter(action=action, pk__gte=first, pk__lt=end)
    return events.order_by("-id").values_list("pk")[:most]


def _count_refused(within: Range) -> Number:
    """A flood of refusals counts as often as it says."""
    events, often = compiled.count_and_sum(_refused, EVENTS_COUNTED, first=within.first, end=within.end)
    return Number(often, events < EVENTS_COUNTED)


def _refused(most: int, *, first: int, end: int) -> QuerySet[AuditEvent, Any]:
    events = AuditEvent.objects.filter(is_refused(), pk__gte=first, pk__lt=end).order_by("-id")
    often = Coalesce(Cast(KT("details__count"), BigIntegerField()), 1)
    return events.annotate(often=often).values_list("often")[:most]


SERIES: dict[str, Callable[[Range], Number]] = {
    "Objects created": partial(_count, AuditAction.OBJECT_CREATED),
    "Downloads": partial(_count, AuditAction.CONTENT_DOWNLOADED),
    "Refusals and failures": _count_refused,
}
