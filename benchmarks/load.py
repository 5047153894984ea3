"""A closed loop: so many connections, each of which asks again as soon as it was answered, for so many seconds."""

import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter

from benchmarks.client import Address, Connection, WrongAnswerError
from benchmarks.measure import Sample

Step = Callable[[Connection], Awaitable[None]]
GRACE = 30.0  # what the last answers may take longer than the loop
PAUSE_AFTER_ERROR = 0.01
ERRORS_SHOWN = 3


@dataclass
class Tally:
    latencies: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def drive(address: Address, step: Step, *, concurrency: int, seconds: float) -> Sample:
    tally, took = asyncio.run(_drive(address, step, concurrency, seconds))
    for error in sorted(set(tally.errors))[:ERRORS_SHOWN]:
        print(f"  error: {error}", file=sys.stderr)
    if len(tally.latencies) < 2:
        return Sample(rate=0.0, errors=len(tally.errors))
    percentiles = statistics.quantiles(tally.latencies, n=100)
    return Sample(
        rate=len(tally.latencies) / took,
        p50_ms=percentiles[49] * 1000,
        p99_ms=percentiles[98] * 1000,
        errors=len(tally.errors),
        operations=len(tally.latencies),
    )


async def _drive(address: Address, step: Step, concurrency: int, seconds: float) -> tuple[Tally, float]:
    tally = Tally()
    async with asyncio.timeout(seconds + GRACE):
        connections = [await Connection.open(address) for _ in range(concurrency)]
        started = perf_counter()
        until = started + seconds
        await asyncio.gather(*(_repeat(address, connection, step, until, tally) for connection in connections))
        return tally, perf_counter() - started


async def _repeat(address: Address, connection: Connection, step: Step, until: float, tally: Tally) -> None:
    while (started := perf_counter()) < until:
        try:
            await step(connection)
            tally.latencies.append(perf_counter() - started)
        except (WrongAnswerError, OSError) as error:
            tally.errors.append(str(error))
            connection.close()
            await asyncio.sleep(PAUSE_AFTER_ERROR)
            connection = await Connection.open(address)
    connection.close()
