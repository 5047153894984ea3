"""One case under one kind of fault, at each of its points in turn: what may be seen during it and what after it."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from tests.faults.cases import Case
from tests.faults.front import Answer
from tests.faults.world import Seen, Target, World

RECOVERY_SECONDS = 5
MOST_POINTS = 200


class Fault(Protocol):
    """`at(number)` is a time in which the point of that number fails; `hit` tells which it was, if there is one."""

    hit: str

    def at(self, number: int) -> AbstractContextManager[None]: ...


@dataclass
class Trial:
    world: World
    case: Case
    fault: Fault
    during: Callable[[], None] = lambda: None
    points: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def run(self) -> None:
        self.before, self.after = self._without_fault()
        for number in range(MOST_POINTS):
            if not self._point(number):
                return
        raise AssertionError(f"still failing after {MOST_POINTS} points")

    def _without_fault(self) -> tuple[Seen, Seen]:
        target = self.case.prepare(self.world)
        before = self.world.see(target)
        assert self.case.ask(self.world, target).status == self.case.good
        return before, self.world.see(target)

    def _point(self, number: int) -> bool:
        """Return whether anything failed; a run without a failure ends the trial."""
        target = self.case.prepare(self.world)
        with self.fault.at(number):
            answer = self.case.ask(self.world, target)
            self.during()
        if not self.fault.hit:
            assert (answer.status, self.world.see(target)) == (self.case.good, self.after)
            return False
        self.points.append(self.fault.hit)
        where = f"point {number}: {self.fault.hit}: {answer.status} {answer.body!r}"
        assert is_clean(answer, good=self.case.good), where
        seen = self._recovered(target)
        assert seen in (self.before, self.after), where
        assert answer.status != self.case.good or self.case.goes_on or seen == self.after, where
        self._asks_again(target, seen, where)
        assert self.world.nothing_is_lost_or_left(), where
        return True

    def _recovered(self, target: Target) -> Seen:
        ended = time.monotonic()
        while not (self.world.bystander_is_readable() and self.world.has_no_locks()):
            assert time.monotonic() - ended < RECOVERY_SECONDS, "no good answer in time"
        self.slowest = max(self.slowest, time.monotonic() - ended)
        return self.world.see(target)

    def _asks_again(self, target: Target, seen: Seen, where: str) -> None:
        """The same request, word by word: one row and one event of what it changes, however often it is asked."""
        answer = self.case.ask(self.world, target)
        assert answer.status == self.case.good or (seen == self.after and answer.status < 500), f"{where}, {answer}"
        now = self.world.see(target)
        assert (now.rows, now.repeats) == (self.after.rows, self.after.repeats), where
        assert without(now.events, self.case.event) == without(self.after.events, self.case.event), where


def without(events: Counter[str], event: str) -> dict[str, int]:
    return {action: times for action, times in events.items() if action != event}


def is_clean(answer: Answer, *, good: int) -> bool:
    """Good, or a refusal for now that says when to come again, in JSON."""
    if answer.status == good:
        return True
    told = answer.json()
    return answer.status in (503, 507) and "retry-after" in answer.headers and {"message", "code"} <= told.keys()
