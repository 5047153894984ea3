"""Which goals the run has reached: those that need nothing but the run itself, and no program that is not in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.scale.bodies import DOWN, ROUND_TRIP, UP
from benchmarks.scale.calls import CREATE, DEEP, DEEP_WITH_TOTAL, DELETE, FIRST, FIRST_WITH_TOTAL, GET, SIGN, STORE
from benchmarks.scale.cells import BEHIND, HOLDALL, NGINX, Results
from benchmarks.scale.cleanup import CLEANUP, PLAIN_SQL
from benchmarks.scale.values import (
    Value,
    cpu,
    cpu_growth,
    cpu_of_body,
    errors,
    growth,
    memory_growth,
    p50_alone,
    p99_while_swept,
    share,
    swept_per_second,
)
from benchmarks.sweeps import READERS

FAST = "fast"
PAGES = (FIRST, FIRST_WITH_TOTAL, DEEP, DEEP_WITH_TOTAL)


@dataclass(frozen=True)
class Bar:
    """What must be reached and what is aimed for; either may be missing."""

    must: float | None
    aim: float | None
    less_is_better: bool = False

    def verdict(self, value: float) -> str:
        if self.aim is not None and self._reaches(value, self.aim):
            return "aim reached"
        if self.must is None:
            return "aim missed"
        return "reached" if self._reaches(value, self.must) else "missed"

    def _reaches(self, value: float, bar: float) -> bool:
        return value <= bar if self.less_is_better else value >= bar


@dataclass(frozen=True)
class Goal:
    name: str
    value: Value
    bar: Bar


def at_least(must: float | None, aim: float | None) -> Bar:
    return Bar(must, aim)


def at_most(must: float | None, aim: float | None) -> Bar:
    return Bar(must, aim, less_is_better=True)


BODIES = [
    goal
    for ours in (HOLDALL, BEHIND)
    for goal in (
        Goal(f"upload to {ours}: share of nginx", share(UP, NGINX, ours=ours, concurrency=1), at_least(0.5, 0.8)),
        Goal(f"upload to {ours}: CPU s/GiB", cpu_of_body(UP, ours), at_most(1.5, 0.7)),
        Goal(f"upload to {ours}: memory growth MiB", memory_growth(UP, ours), at_most(32, 8)),
        Goal(f"download from {ours}: share of nginx", share(DOWN, NGINX, ours=ours, concurrency=1), at_least(0.7, 0.8)),
        Goal(f"download from {ours}: CPU s/GiB", cpu_of_body(DOWN, ours), at_most(0.6, None)),
        Goal(f"download from {ours}: memory growth MiB", memory_growth(DOWN, ours), at_most(32, 8)),
    )
]
GOALS = [
    Goal(f"{STORE}: CPU µs", cpu(STORE), at_most(3000, 2000)),
    Goal(f"{CREATE}: share of fast", share(CREATE, FAST), at_least(None, 0.8)),
    Goal(f"{GET}: share of fast", share(GET, FAST), at_least(None, 0.75)),
    Goal(f"{GET}: CPU µs", cpu(GET), at_most(1000, None)),
    Goal(f"{GET}, one at a time: p50 ms", p50_alone, at_most(1.2, None)),
    Goal(f"{FIRST_WITH_TOTAL}: share of fast without", share(FIRST_WITH_TOTAL, FAST, FIRST), at_least(None, 0.8)),
    Goal(f"{DEEP} by {FIRST}", share(DEEP, HOLDALL, FIRST), at_least(0.9, 0.95)),
    Goal(f"{DEEP_WITH_TOTAL} by first", share(DEEP_WITH_TOTAL, HOLDALL, FIRST_WITH_TOTAL), at_least(0.9, 0.95)),
    *(Goal(f"{page}: most objects by fewest", growth(page), at_least(0.9, 0.95)) for page in PAGES),
    *(Goal(f"{page}: CPU, most objects by fewest", cpu_growth(page), at_most(1.15, 1.05)) for page in PAGES),
    Goal(f"{SIGN}: share of fast", share(SIGN, FAST), at_least(0.5, 0.75)),
    Goal(f"{ROUND_TRIP}: CPU µs", cpu(ROUND_TRIP), at_most(4500, 2800)),
    *BODIES,
    Goal(f"{DELETE}: share of fast", share(DELETE, FAST), at_least(None, 0.75)),
    Goal(f"{DELETE}: CPU µs", cpu(DELETE), at_most(1200, None)),
    Goal(f"{CLEANUP}: per second", swept_per_second, at_least(3000, None)),
    Goal(f"{CLEANUP}: share of {PLAIN_SQL}", share(CLEANUP, PLAIN_SQL, concurrency=READERS), at_least(None, 0.6)),
    Goal(f"{CLEANUP}: p99 of gets by that of quiet ones", p99_while_swept, at_most(2, None)),
    Goal("errors in all cells", errors, at_most(0, 0)),
]
AT_REST = Goal("memory at rest of web, worker and beat, MiB", lambda results: results.rest_mib, at_most(300, 200))


def judge(results: Results) -> Iterator[tuple[Goal, float]]:
    """What nothing was measured for is left out."""
    for goal in [*GOALS, AT_REST]:
        value = goal.value(results)
        if value is not None:
            yield goal, value
