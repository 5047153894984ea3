"""Ours and its references, measured in turns, because the machine's pace changes while it is measured."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial


@dataclass(frozen=True)
class Sample:
    """One round. `rate` is operations or MiB in a second; `cpu_us` what the server spent on one of them.

    `database_cpu_us` is what the database's server spent on it, where that is another; `memory_mib` all memory of the
    server at the end of the round; `client_busy` the share of one processor that the load itself took.
    """

    rate: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    errors: int = 0
    operations: int = 0
    cpu_us: float | None = None
    growth_mib: float | None = None
    database_cpu_us: float | None = None
    memory_mib: float | None = None
    client_busy: float | None = None


@dataclass(frozen=True)
class Row:
    """What the rounds of one operation come to: medians, except for errors (all) and memory (the most)."""

    operation: str
    sample: Sample
    references: dict[str, float] = field(default_factory=dict)

    def shares(self) -> dict[str, float]:
        return {name: self.sample.rate / rate for name, rate in self.references.items() if rate}


Measure = Callable[[], Sample]
Reference = Callable[[], float]


def compare(
    operation: str,
    ours: Measure,
    references: Mapping[str, Reference],
    *,
    rounds: int,
    before_each: Callable[[], object] = lambda: None,
) -> Row:
    alone = [partial(_rate_alone, reference) for reference in references.values()]
    sample, *others = in_turns([ours, *alone], rounds=rounds, before_each=before_each)
    row = Row(operation, sample, {name: other.rate for name, other in zip(references, others, strict=True)})
    shares = ", ".join(f"{share:.2f} of {name}" for name, share in row.shares().items())
    print(f"{operation}: {row.sample.rate:,.0f} {shares}", file=sys.stderr, flush=True)
    return row


def in_turns(
    measures: Sequence[Measure], *, rounds: int, before_each: Callable[[], object] = lambda: None
) -> list[Sample]:
    """What the rounds of each come to."""
    samples: list[list[Sample]] = [[] for _ in measures]
    for _ in range(rounds):
        for measure, found in zip(measures, samples, strict=True):
            before_each()
            found.append(measure())
    return [median(found) for found in samples]


def _rate_alone(reference: Reference) -> Sample:
    return Sample(rate=reference())


def median(samples: list[Sample]) -> Sample:
    return Sample(
        rate=statistics.median(sample.rate for sample in samples),
        p50_ms=_middle([sample.p50_ms for sample in samples]),
        p99_ms=_middle([sample.p99_ms for sample in samples]),
        errors=sum(sample.errors for sample in samples),
        operations=sum(sample.operations for sample in samples),
        cpu_us=_middle([sample.cpu_us for sample in samples]),
        growth_mib=_most([sample.growth_mib for sample in samples]),
        database_cpu_us=_middle([sample.database_cpu_us for sample in samples]),
        memory_mib=_most([sample.memory_mib for sample in samples]),
        client_busy=_most([sample.client_busy for sample in samples]),
    )


def _most(values: list[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _middle(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
