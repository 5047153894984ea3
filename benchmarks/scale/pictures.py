"""The graphs of a run: latency against the number of objects, throughput against that of connections."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.graphs import Chart, Line
from benchmarks.plan import CONCURRENCY
from benchmarks.scale.calls import CREATE, DEEP, DELETE, FIRST, FIRST_WITH_TOTAL, GET, REFERENCES, SIGN
from benchmarks.scale.cells import HOLDALL, Cell, Results

GROWING = (GET, FIRST_WITH_TOTAL, DEEP)
COMPARED = (GET, FIRST, DEEP, CREATE, SIGN, DELETE)


def draw(results: Results, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, chart in charts(results).items():
        (folder / f"{name}.svg").write_text(chart.svg())


def charts(results: Results) -> dict[str, Chart]:
    """By the names of their files."""
    found = {"latency": latency(results)}
    found |= {f"throughput-{workload.replace(' ', '-')}": throughput(results, workload) for workload in COMPARED}
    return {name: chart for name, chart in found.items() if chart.lines}


def latency(results: Results) -> Chart:
    lines = [line for place, workload in enumerate(GROWING) for line in _latencies(results, workload, place)]
    title = f"Latency of Holdall, {CONCURRENCY} connections"
    return Chart(title, "objects in the account", "milliseconds", lines)


def throughput(results: Results, workload: str) -> Chart:
    lines = []
    for place, system in enumerate((HOLDALL, *REFERENCES)):
        cells = [
            cell for cell in results.of(workload) if cell.system == system and cell.objects == _most(results, workload)
        ]
        if cells:
            points = [(float(cell.concurrency), results.samples[cell].rate) for cell in cells]
            lines.append(Line(system, points, place))
    objects = _most(results, workload)
    title = f"{workload.capitalize()}, {objects:,} objects" if objects else workload.capitalize()
    return Chart(title, "connections", "operations per second", lines)


def _latencies(results: Results, workload: str, place: int) -> Iterator[Line]:
    cells = [cell for cell in results.of(workload) if cell == Cell(workload, HOLDALL, CONCURRENCY, cell.objects)]
    samples = [(float(cell.objects or 1), results.samples[cell]) for cell in cells]
    for name, dashed in (("p50_ms", False), ("p99_ms", True)):
        points = [(objects, getattr(sample, name)) for objects, sample in samples if getattr(sample, name) is not None]
        if points:
            yield Line(f"{workload}, {name[:3]}", points, place, dashed=dashed)


def _most(results: Results, workload: str) -> int | None:
    return max((cell.objects for cell in results.of(workload) if cell.objects), default=None)
