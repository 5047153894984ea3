"""Single figures out of a run's results, which goals are judged by; None where a run has not measured them."""

from collections.abc import Callable

from benchmarks.measure import Sample
from benchmarks.plan import CONCURRENCY
from benchmarks.scale import calls, cleanup
from benchmarks.scale.cells import BEHIND, HOLDALL, Cell, Results
from benchmarks.sweeps import READERS

MIB_IN_A_GIB = 1024
Value = Callable[[Results], float | None]


def share(
    workload: str, of: str, of_workload: str = "", *, ours: str = HOLDALL, concurrency: int = CONCURRENCY
) -> Value:
    """Our rate by theirs, at the largest number of objects."""
    return lambda results: _ratio(
        results.at(workload, ours, concurrency), results.at(of_workload or workload, of, concurrency)
    )


def growth(workload: str) -> Value:
    """Our rate at the largest number of objects by that at the smallest."""
    return lambda results: _ratio(*_ends(results, workload))


def cpu_growth(workload: str) -> Value:
    """The same of the processor time of server and database."""

    def value(results: Results) -> float | None:
        largest, smallest = (_cpu(sample) for sample in _ends(results, workload))
        return largest / smallest if largest and smallest else None

    return value


def cpu(workload: str) -> Value:
    """Processor time of server and database for one operation, in microseconds."""
    return lambda results: _cpu(results.at(workload, HOLDALL, CONCURRENCY))


def cpu_of_body(workload: str, system: str) -> Value:
    """Seconds of processor time of the server for one GiB."""

    def value(results: Results) -> float | None:
        sample = results.at(workload, system, 1)
        return sample.cpu_us * MIB_IN_A_GIB / 1e6 if sample and sample.cpu_us else None

    return value


def memory_growth(workload: str, system: str) -> Value:
    def value(results: Results) -> float | None:
        sample = results.at(workload, system, 1)
        return sample.growth_mib if sample else None

    return value


def p50_alone(results: Results) -> float | None:
    sample = results.at(calls.GET, HOLDALL, 1)
    return sample.p50_ms if sample else None


def swept_per_second(results: Results) -> float | None:
    sample = results.at(cleanup.CLEANUP, HOLDALL, READERS)
    return sample.rate if sample else None


def p99_while_swept(results: Results) -> float | None:
    """That of gets during a pass by that of gets alone."""
    busy, quiet = (results.at(cleanup.CLEANUP, of, READERS) for of in (HOLDALL, cleanup.QUIET))
    return busy.p99_ms / quiet.p99_ms if busy and quiet and busy.p99_ms and quiet.p99_ms else None


def errors(results: Results) -> float | None:
    ours = [sample for cell, sample in results.samples.items() if cell.system in (HOLDALL, BEHIND)]
    return sum(sample.errors for sample in ours) if ours else None


def _ends(results: Results, workload: str) -> tuple[Sample | None, Sample | None]:
    """Ours at the largest and the smallest number of objects, where there are several."""
    sizes = sorted({cell.objects for cell in results.of(workload) if cell.objects})
    if len(sizes) < 2:
        return None, None
    largest, smallest = (
        results.samples.get(Cell(workload, HOLDALL, CONCURRENCY, size)) for size in (sizes[-1], sizes[0])
    )
    return largest, smallest


def _cpu(sample: Sample | None) -> float | None:
    return sample.cpu_us + (sample.database_cpu_us or 0) if sample and sample.cpu_us else None


def _ratio(ours: Sample | None, theirs: Sample | None) -> float | None:
    return ours.rate / theirs.rate if ours and theirs and theirs.rate else None
