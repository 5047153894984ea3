"""A closed loop: so many connections, each of which asks again as soon as it was answered, for so many seconds."""

import asyncio
import multiprocessing
import statistics
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Receiver
from multiprocessing.process import BaseProcess
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


def drive(address: Address, step: Step, *, concurrency: int, seconds: float, clients: int = 1) -> Sample:
    """`clients` are processes, which share the connections out among themselves."""
    if clients == 1:
        tally, took = asyncio.run(_drive(address, step, concurrency, seconds))
    else:
        tally, took = _drive_together(address, step, concurrency // clients, seconds, clients)
    for error in sorted(set(tally.errors))[:ERRORS_SHOWN]:
        print(f"  error: {error}", file=sys.stderr)
    return sampled(tally, took)


def sampled(tally: Tally, took: float) -> Sample:
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


def _drive_together(
    address: Address, step: Step, concurrency: int, seconds: float, clients: int
) -> tuple[Tally, float]:
    """A client that fails ends without a result, and so does the whole."""
    together, longest = Tally(), 0.0
    for process, result in [_client(address, step, concurrency, seconds) for _ in range(clients)]:
        tally, took = result.recv()
        process.join()
        together.latencies += tally.latencies
        together.errors += tally.errors
        longest = max(longest, took)
    return together, longest


def _client(address: Address, step: Step, concurrency: int, seconds: float) -> tuple[BaseProcess, Receiver]:
    """Forked, so that it has the step as it is."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=lambda: sender.send(asyncio.run(_drive(address, step, concurrency, seconds))), daemon=True
    )
    process.start()
    sender.close()
    return process, receiver


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
