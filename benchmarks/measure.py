"""Ours and its references, measured in turns, because the machine's pace changes while it is measured."""

import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """One round. `rate` is operations or MiB in a second; `cpu_us` what the server spent on one of them."""

    rate: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    errors: int = 0
    operations: int = 0
    cpu_us: float | None = None
    growth_mib: float | None = None


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
    samples = []
    rates: dict[str, list[float]] = {name: [] for name in references}
    for _ in range(rounds):
        before_each()
        samples.append(ours())
        for name, reference in references.items():
            before_each()
            rates[name].append(reference())
    row = Row(operation, median(samples), {name: statistics.median(values) for name, values in rates.items()})
    shares = ", ".join(f"{share:.2f} of {name}" for name, share in row.shares().items())
    print(f"{operation}: {row.sample.rate:,.0f} {shares}", file=sys.stderr, flush=True)
    return row


def median(samples: list[Sample]) -> Sample:
    return Sample(
        rate=statistics.median(sample.rate for sample in samples),
        p50_ms=_middle([sample.p50_ms for sample in samples]),
        p99_ms=_middle([sample.p99_ms for sample in samples]),
        errors=sum(sample.errors for sample in samples),
        operations=sum(sample.operations for sample in samples),
        cpu_us=_middle([sample.cpu_us for sample in samples]),
        growth_mib=max((sample.growth_mib for sample in samples if sample.growth_mib is not None), default=None),
    )


def _middle(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
