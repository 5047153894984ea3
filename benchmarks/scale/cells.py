"""What is measured: one workload of one system at so many objects and connections, and what its rounds came to."""

import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.load import Step, drive
from benchmarks.measure import Measure, Sample, in_turns
from benchmarks.meters import Server, driven
from benchmarks.scale.plan import WARM_UP, Plan

HOLDALL = "Holdall"
BEHIND = "Holdall behind nginx"
NGINX = "nginx"


@dataclass(frozen=True)
class Cell:
    workload: str
    system: str
    concurrency: int
    objects: int | None = None


@dataclass(frozen=True)
class Load:
    """A cell and the calls that make it; what one client process cannot ask fast enough is spread over several."""

    cell: Cell
    server: Server
    step: Step
    clients: int = 1

    def warm_up(self, plan: Plan) -> None:
        drive(self.server.address, self.step, concurrency=self.cell.concurrency, seconds=plan.seconds * WARM_UP)

    def measure(self, plan: Plan) -> Measure:
        return driven(
            self.server, self.step, concurrency=self.cell.concurrency, seconds=plan.seconds, clients=self.clients
        )


class Results:
    def __init__(self) -> None:
        self.samples: dict[Cell, Sample] = {}
        self.rest_mib: float | None = None

    def measure(self, loads: list[Load], plan: Plan) -> None:
        """Those of one list in turns, so that they see the same machine."""
        for load in loads:
            load.warm_up(plan)
        self.take_turns({load.cell: load.measure(plan) for load in loads}, rounds=plan.rounds)

    def take_turns(self, measures: dict[Cell, Measure], *, rounds: int, **options: Any) -> None:
        samples = in_turns(list(measures.values()), rounds=rounds, **options)
        for cell, sample in zip(measures, samples, strict=True):
            self.samples[cell] = sample
            where = f"{cell.objects or ''}".rjust(9)
            print(
                f"{cell.workload:28}{where} {cell.concurrency:3} {cell.system:22}{sample.rate:10,.0f}", file=sys.stderr
            )
        sys.stderr.flush()

    def at(self, workload: str, system: str, concurrency: int) -> Sample | None:
        """At the largest number of objects."""
        cells = [cell for cell in self.of(workload) if (cell.system, cell.concurrency) == (system, concurrency)]
        return self.samples[max(cells, key=lambda cell: cell.objects or 0)] if cells else None

    def of(self, workload: str) -> dict[Cell, Sample]:
        return {cell: sample for cell, sample in self.samples.items() if cell.workload == workload}

    def workloads(self) -> Iterable[str]:
        return dict.fromkeys(cell.workload for cell in self.samples)

    def rows(self) -> list[dict[str, Any]]:
        return [asdict(cell) | asdict(sample) for cell, sample in self.samples.items()]
