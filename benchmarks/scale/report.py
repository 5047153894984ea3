"""The figures as Markdown for people and JSON for machines."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.measure import Sample
from benchmarks.report import machine, number, table
from benchmarks.scale.bodies import DOWN, UP
from benchmarks.scale.cells import HOLDALL, Cell, Results
from benchmarks.scale.cleanup import CLEANUP
from benchmarks.scale.goals import Goal, judge
from benchmarks.scale.limits import Limit
from benchmarks.scale.values import MIB_IN_A_GIB

CALLS = ("objects", "connections", "system", "per second", "p50 ms", "p99 ms", "errors")
COSTS = ("server CPU µs", "database CPU µs", "memory MiB", "client")
BODIES = ("system", "MiB/s", "CPU s/GiB", "peak memory growth MiB", "client", "ours is")
GOALS = ("goal", "must", "aim", "reached", "")
LIMITS = ("limit", "value", "")
SWEPT = "Rows in a second; the times are of the gets that went on meanwhile, and what a pass left behind is an error."


@dataclass
class Report:
    """`client` is what the load client reaches against a bare hello, by the number of connections."""

    results: Results = field(default_factory=Results)
    limits: list[Limit] = field(default_factory=list)
    client: dict[int, float] = field(default_factory=dict)

    def markdown(self) -> str:
        goals = [_goal_cells(goal, value) for goal, value in judge(self.results)]
        limits = [[name, number(value), unit] for name, value, unit in self.limits]
        return "\n\n".join(
            [
                "\n".join(f"- {name}: {fact}" for name, fact in self._facts().items()),
                f"## Goals\n\n{table(GOALS, goals)}",
                *(f"## {workload}\n\n{self._workload(workload)}" for workload in self.results.workloads()),
                f"## Limits\n\n{table(LIMITS, limits)}",
            ]
        )

    def json(self) -> str:
        goals = [_goal_facts(goal, value) for goal, value in judge(self.results)]
        limits = [{"limit": name, "value": value, "unit": unit} for name, value, unit in self.limits]
        figures = {"cells": self.results.rows(), "goals": goals, "limits": limits}
        return json.dumps({**self._facts(), "client": self.client, **figures}, indent=2)

    def _facts(self) -> dict[str, str]:
        rates = ", ".join(f"{rate:,.0f} by {concurrency}" for concurrency, rate in self.client.items())
        return machine() | {
            "memory of web, worker and beat at rest": f"{self.results.rest_mib or 0:.0f} MiB (shared pages once)",
            "the load client against a bare hello, requests per second by so many connections": rates,
        }

    def _workload(self, workload: str) -> str:
        cells = self.results.of(workload)
        if workload in (UP, DOWN):
            return table(BODIES, [self._body_cells(cell, sample) for cell, sample in cells.items()])
        rows = [self._call_cells(cell, sample) for cell, sample in _in_order(cells)]
        facts = [SWEPT] if workload == CLEANUP else []
        return "\n\n".join([*facts, table((*CALLS, *COSTS, "ours is"), rows)])

    def _call_cells(self, cell: Cell, sample: Sample) -> list[str]:
        objects = f"{cell.objects:,}" if cell.objects else ""
        figures = [number(value) for value in (sample.rate, sample.p50_ms, sample.p99_ms)]
        costs = [number(value) for value in (sample.cpu_us, sample.database_cpu_us, sample.memory_mib)]
        own = [objects, str(cell.concurrency), cell.system, *figures, str(sample.errors), *costs]
        return [*own, number(sample.client_busy), self._share(cell, sample)]

    def _body_cells(self, cell: Cell, sample: Sample) -> list[str]:
        cpu = None if sample.cpu_us is None else sample.cpu_us * MIB_IN_A_GIB / 1e6
        figures = [number(value) for value in (sample.rate, cpu, sample.growth_mib, sample.client_busy)]
        return [cell.system, *figures, self._share(cell, sample)]

    def _share(self, cell: Cell, sample: Sample) -> str:
        """Of another system in the same turns."""
        ours = self.results.samples.get(Cell(cell.workload, HOLDALL, cell.concurrency, cell.objects))
        return f"{ours.rate / sample.rate:.2f} of it" if ours and sample.rate and cell.system != HOLDALL else ""


def _in_order(cells: dict[Cell, Sample]) -> Iterator[tuple[Cell, Sample]]:
    """As they were measured, within the same number of objects and connections."""
    yield from sorted(cells.items(), key=lambda item: (item[0].objects or 0, item[0].concurrency))


def _goal_cells(goal: Goal, value: float) -> list[str]:
    sign = "≤" if goal.bar.less_is_better else "≥"
    bars = ["" if bar is None else f"{sign} {bar:,g}" for bar in (goal.bar.must, goal.bar.aim)]
    return [goal.name, *bars, number(value), goal.bar.verdict(value)]


def _goal_facts(goal: Goal, value: float) -> dict[str, Any]:
    return {
        "goal": goal.name,
        "must": goal.bar.must,
        "aim": goal.bar.aim,
        "reached": value,
        "verdict": goal.bar.verdict(value),
    }
