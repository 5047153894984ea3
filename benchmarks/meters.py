"""What a round costs, read off the processes that serve it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

from benchmarks import processes
from benchmarks.client import Address
from benchmarks.load import Step, drive
from benchmarks.measure import Measure, Sample
from benchmarks.payload import Payload


@dataclass(frozen=True)
class Server:
    """Where it answers, and the processes that it and its database consist of, each with its descendants."""

    address: Address
    processes: tuple[int, ...]
    database: tuple[int, ...] = ()


def driven(server: Server, step: Step, **options: Any) -> Measure:
    """A closed loop of calls, with the options of `drive`."""
    return partial(_metered, server, partial(drive, server.address, step, **options))


def transferred(server: Server, payload: Payload, transfer: Callable[[], None]) -> Measure:
    """One long body; operations are MiB."""
    return partial(_with_growth, server, partial(_metered, server, partial(_timed, payload, transfer)))


def _timed(payload: Payload, transfer: Callable[[], None]) -> Sample:
    started = perf_counter()
    transfer()
    return Sample(rate=payload.mib / (perf_counter() - started), operations=payload.mib)


def _with_growth(server: Server, measure: Measure) -> Sample:
    memory = processes.PeakMemory(*server.processes)
    return replace(measure(), growth_mib=memory.growth_mib())


def _metered(server: Server, measure: Measure) -> Sample:
    before = _spent(server)
    began, busy = perf_counter(), _own_seconds()
    sample = measure()
    client_busy = (_own_seconds() - busy) / (perf_counter() - began)
    spent, database_spent = (now - then for now, then in zip(_spent(server), before, strict=True))
    return replace(
        sample,
        cpu_us=_each(spent, sample),
        database_cpu_us=_each(database_spent, sample) if server.database else None,
        memory_mib=processes.proportional_mib(*server.processes),
        client_busy=client_busy,
    )


def _spent(server: Server) -> tuple[float, float]:
    return processes.cpu_seconds(*server.processes), processes.cpu_seconds(*server.database)


def _own_seconds() -> float:
    """Of this process and those that it has waited for."""
    return sum(os.times()[:4])


def _each(seconds: float, sample: Sample) -> float | None:
    return seconds * 1e6 / sample.operations if sample.operations else None
