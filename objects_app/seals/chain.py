"""The audit trail checked against its seals, and the seals against each other, their signatures and an anchor.

Everything is read in the order of its numbers and in pieces, so that a trail of any length needs the same memory. A
seal that was changed vouches for nothing: its events are left out, and the next sound one is believed again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from objects_app import seals
from objects_app.models import AuditEvent, AuditSeal
from objects_app.seals import Sealable, Signed, anchors
from objects_app.seals.anchors import Anchor

AT_ONCE = 100
Kind = AuditSeal.Kind


@dataclass(frozen=True)
class Finding:
    """What is wrong with which `event`, `seal` or line of an `anchor`."""

    what: str
    number: int
    trouble: str

    def __str__(self) -> str:
        return f"{self.what} {self.number} {self.trouble}"


@dataclass
class Check:
    """One walk along the chain from seal `first` to seal `last`, which calls `tell` after each seal.

    The counts are those of what was looked at so far.
    """

    first: int = 1
    last: int | None = None
    tell: Callable[[], None] = lambda: None
    events: int = 0
    seals: int = 0
    removed: int = 0
    foreign: int = 0  # seals that a key signed which the settings do not hold
    _own: int = 0
    _removed_to: int = 0
    _expected: int = 1
    _before: AuditSeal | None = None
    _covered_to: int | None = None  # None where the seal in between is missing or was changed
    _trail: "Trail" = field(init=False)

    def findings(self) -> Iterator[Finding]:
        self._begin()
        if self._removed_to:
            yield from _left_over(self._removed_to)
        for seal in _walk(self.first - 1, self.last):
            yield from self._judge(seal)
            self.tell()
        if self.foreign and not self._own and self.last is None:
            yield Finding("seal", self._expected - 1, "and all before it are signed with keys that are not known here")

    def unsealed(self) -> int:
        """How many events no seal covers yet."""
        return AuditEvent.objects.filter(id__gt=_last_event_before(None)).count()

    def _begin(self) -> None:
        self._expected, self._removed_to = self.first, _removed_to()
        self._before = AuditSeal.objects.filter(number=self.first - 1).first()
        self._covered_to = _last_event_before(self.first)
        self._trail = Trail(max(self._covered_to, self._removed_to))

    def _judge(self, seal: AuditSeal) -> Iterator[Finding]:
        yield from self._look_for_missing(seal)
        self.seals += 1
        is_sound = seals.hash_of(seal) == seal.hash
        if not is_sound:
            yield Finding("seal", seal.number, f"was changed: events {seal.first_id} to {seal.last_id} have no witness")
            self._covered_to = None
        else:
            yield from self._judge_sound(seal)
        self._before = seal if is_sound else None

    def _look_for_missing(self, seal: AuditSeal) -> Iterator[Finding]:
        if seal.number < self._expected:
            yield Finding("seal", seal.number, "is there twice")
        if seal.number > self._expected:
            last = f", and so are all up to {seal.number - 1}" if seal.number > self._expected + 1 else ""
            yield Finding("seal", self._expected, f"is missing{last}")
            self._before = self._covered_to = None
        self._expected = seal.number + 1

    def _judge_sound(self, seal: AuditSeal) -> Iterator[Finding]:
        yield from self._judge_signature(seal)
        follows = self._before.hash if self._before else "" if seal.number == 1 else None
        if follows is not None and seal.previous != follows:
            yield Finding("seal", seal.number, "does not follow the one before it")
        if seal.kind == Kind.SEAL:
            yield from self._judge_events(seal)
            self._covered_to = seal.last_id

    def _judge_signature(self, seal: AuditSeal) -> Iterator[Finding]:
        match seals.check_signature(seal.hash, seal.key_id, seal.signature):
            case Signed.WRONG:
                yield Finding("seal", seal.number, "has a wrong signature")
            case Signed.RIGHT:
                self._own += 1
            case Signed.BY_ANOTHER_KEY if self._own:
                yield Finding("seal", seal.number, "is signed with a key that is not known here, after a known one")
            case Signed.BY_ANOTHER_KEY:
                self.foreign += 1

    def _judge_events(self, seal: AuditSeal) -> Iterator[Finding]:
        if seal.last_id <= self._removed_to:
            self.removed += seal.count
            return
        after = seal.first_id - 1 if self._covered_to is None else self._covered_to
        compared = Comparison(seal)
        yield from compared.inserted(self._trail.between(after, seal.last_id))
        self.events += compared.seen
        others = list(compared.others())
        if others and _removed_to() >= seal.last_id:  # which is no fault: they became too old while we looked
            return
        yield from others


class Trail:
    """The events in order, of which each is read once."""

    def __init__(self, after: int) -> None:
        self._events = seals.events_after(after)
        self._next = next(self._events, None)

    def between(self, after: int, upto: int) -> Iterator[Sealable]:
        while self._next and self._next.id <= upto:
            if self._next.id > after:
                yield self._next
            self._next = next(self._events, None)


class Comparison:
    """The events of one seal with what it says of them."""

    def __init__(self, seal: AuditSeal) -> None:
        self.seal = seal
        self.seen = 0
        self._leaves = seals.leaves_of(seal)
        self._missing = dict(self._leaves)
        self._changed: dict[int, bytes] = {}
        self._digest = hashlib.sha256()
        self._is_named = False

    def inserted(self, events: Iterable[Sealable]) -> Iterator[Finding]:
        """Of those there may be any number; `others`, asked for afterwards, are no more than the seal has leaves."""
        for event in events:
            self.seen += 1
            self._digest.update(event.line)
            leaf = self._missing.pop(event.id, None)
            if leaf is None:
                self._is_named = True
                yield Finding("event", event.id, "was inserted later")
            elif leaf != event.leaf:
                self._changed[event.id] = event.leaf

    def others(self) -> Iterator[Finding]:
        for event_id in self._missing:
            yield Finding("event", event_id, "is missing")
        for event_id, leaf in self._changed.items():
            yield Finding("event", event_id, self._change(event_id, leaf))
        is_named = self._is_named or self._missing or self._changed
        if self._digest.hexdigest() != self.seal.digest and not is_named:
            yield Finding("seal", self.seal.number, "covers events that are not those of its digest")

    def _change(self, event_id: int, leaf: bytes) -> str:
        own = next((other for other in self._leaves if other != event_id and self._leaves[other] == leaf), None)
        return "was changed" if own is None else f"was changed: it is what event {own} was"


def _walk(after: int, upto: int | None) -> Iterator[AuditSeal]:
    while True:
        found = AuditSeal.objects.filter(number__gt=after).order_by("number")
        page = list((found if upto is None else found.filter(number__lte=upto))[:AT_ONCE])
        yield from page
        if len(page) < AT_ONCE:
            return
        after = page[-1].number


def _last_event_before(number: int | None) -> int:
    """The last event that the seals before this one cover; None stands for all seals."""
    covering = AuditSeal.objects.filter(kind=Kind.SEAL).order_by("-number")
    if number is not None:
        covering = covering.filter(number__lt=number)
    return covering.values_list("last_id", flat=True).first() or 0


def _removed_to() -> int:
    """The last event that was removed rightly: a tombstone counts where it is whole and not wrongly signed."""
    for tombstone in AuditSeal.objects.filter(kind=Kind.TOMBSTONE).order_by("-last_id")[:AT_ONCE]:
        told = seals.hash_of(tombstone)
        if told == tombstone.hash and Signed.WRONG is not seals.check_signature(
            told, tombstone.key_id, tombstone.signature
        ):
            return tombstone.last_id
    return 0


def _left_over(removed_to: int) -> Iterator[Finding]:
    for event_id in AuditEvent.objects.filter(id__lte=removed_to).order_by("id").values_list("id", flat=True):
        yield Finding("event", event_id, "is there, and was removed as too old: it was inserted later")


def bounds(since: datetime | None, until: datetime | None) -> tuple[int, int | None]:
    """The numbers of the first and the last seal that may cover an event of this time."""
    covering = AuditSeal.objects.filter(kind=Kind.SEAL).order_by("number").values_list("number", flat=True)
    first = covering.filter(newest_at__gte=since).first() if since else 1
    last = covering.filter(newest_at__gte=until).first() if until else None
    return first or (AuditSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1, last


def compare_with_anchor(path: Path) -> Iterator[Finding]:
    """A seal that was anchored is in the database, and is the same."""
    lines = anchors.lines_of(path)
    while page := list(islice(lines, AT_ONCE)):
        numbers = [anchor.number for _, anchor in page if anchor]
        found = AuditSeal.objects.defer("leaves").in_bulk(numbers)
        for place, anchor in page:
            yield from _compare(place, anchor, found)


def _compare(place: int, anchor: Anchor | None, found: dict[int, AuditSeal]) -> Iterator[Finding]:
    if anchor is None:
        yield Finding("anchor line", place, "cannot be read")
        return
    seal = found.get(anchor.number)
    if seal and anchors.anchor_of(seal) == anchor:
        return
    if seals.check_signature(anchor.hash, anchor.key_id, anchor.signature) is Signed.WRONG:
        yield Finding("anchor line", place, "was changed: its signature is wrong")
    elif seal is None:
        yield Finding("seal", anchor.number, f"is missing: it was anchored, and covered events up to {anchor.last_id}")
    elif seal.hash == anchor.hash:
        yield Finding("anchor line", place, f"is not what seal {anchor.number} says")
    else:
        yield Finding("seal", anchor.number, "is not the one that was anchored")
