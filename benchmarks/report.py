"""The figures as Markdown for people and JSON for machines."""

import json
import os
import platform
import re
import sqlite3
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import Row

CALLS = ("operation", "per second", "p50 ms", "p99 ms", "errors", "CPU µs", "reference", "per second", "share")
BODIES = ("operation", "MiB/s", "CPU s/GiB", "peak memory growth MiB", "reference", "MiB/s", "share")


@dataclass
class Report:
    rest_mib: float = 0.0
    client_per_second: float = 0.0
    calls: list[Row] = field(default_factory=list)
    bodies: list[Row] = field(default_factory=list)

    def markdown(self) -> str:
        facts = [f"- {name}: {fact}" for name, fact in machine().items()]
        facts += [
            f"- memory of all processes at rest: {self.rest_mib:.0f} MiB (shared pages once)",
            f"- the load client against a bare granian hello: {self.client_per_second:,.0f} requests per second",
        ]
        calls = [cells for row in self.calls for cells in _lines(row, _call_cells(row))]
        bodies = [cells for row in self.bodies for cells in _lines(row, _body_cells(row))]
        return "\n\n".join(["\n".join(facts), table(CALLS, calls), table(BODIES, bodies)])

    def json(self) -> str:
        rows = [{**asdict(row), "shares": row.shares()} for row in [*self.calls, *self.bodies]]
        figures = {"rest_mib": self.rest_mib, "client_per_second": self.client_per_second, "rows": rows}
        return json.dumps({"machine": machine(), **figures}, indent=2)


def machine() -> dict[str, str]:
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "software": ", ".join(
            [
                f"Python {platform.python_version()}",
                *(f"{package} {version(package)}" for package in ("granian", "django")),
                f"SQLite {sqlite3.sqlite_version}",
            ]
        ),
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", facts.read_text()) if facts.exists() else None
    return found[1] if found else platform.processor()


def _call_cells(row: Row) -> list[str]:
    sample = row.sample
    times = [number(value) for value in (sample.p50_ms, sample.p99_ms)]
    return [row.operation, number(sample.rate), *times, str(sample.errors), number(sample.cpu_us)]


def _body_cells(row: Row) -> list[str]:
    cpu = None if row.sample.cpu_us is None else row.sample.cpu_us * 1024 / 1e6
    return [row.operation, number(row.sample.rate), number(cpu), number(row.sample.growth_mib)]


def _lines(row: Row, cells: list[str]) -> list[list[str]]:
    """One line for each reference, the figures on the first."""
    shares = row.shares()
    references = [[name, number(rate), f"{shares.get(name, 0):.3f}"] for name, rate in row.references.items()]
    first, *others = references or [["", "", ""]]
    return [[*cells, *first], *([""] * len(cells) + other for other in others)]


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(heads: tuple[str, ...], lines: list[list[str]]) -> str:
    widths = [max(len(line[column]) for line in [heads, *lines]) for column in range(len(heads))]
    rule = ["-" * width for width in widths]
    padded = ([cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in [heads, rule, *lines])
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)
