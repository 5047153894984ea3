"""Bytes in and out: small ones in a closed loop, large ones by themselves, beside a folder that nginx alone serves."""

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import cycle

from benchmarks import streams
from benchmarks.client import Connection, message
from benchmarks.load import Step
from benchmarks.measure import Measure
from benchmarks.meters import Server, transferred
from benchmarks.payload import BLOCK, Payload
from benchmarks.references import write_and_sync
from benchmarks.requests import Api, steps_in_turn
from benchmarks.scale.cells import BEHIND, HOLDALL, NGINX, Cell, Load, Results
from benchmarks.scale.fronts import Fronts
from benchmarks.scale.plan import Plan
from benchmarks.servers import Holdall
from benchmarks.transfers import Bodies

ROUND_TRIP = "round trip of 64 KB"
DOWNLOAD = "download of 64 KB"
UP, DOWN = "upload", "download"  # of one large body
SMALL = BLOCK[: 64 * 1024]
FILES = 500
NGINX_CLIENTS = 2
LARGE = "large"


def small_loads(holdall: Holdall, fronts: Fronts | None, concurrencies: tuple[int, ...]) -> Iterator[list[Load]]:
    ours = {HOLDALL: holdall} | ({BEHIND: fronts.holdall} if fronts else {})
    steps = {(name, workload): step for name, each in ours.items() for workload, step in _steps(each).items()}
    served = {name: each.server for name, each in ours.items()}
    if fronts:
        served[NGINX] = fronts.bare
        steps |= {(NGINX, workload): step for workload, step in _file_steps(fronts).items()}
    for workload in (ROUND_TRIP, DOWNLOAD):
        for concurrency in concurrencies:
            yield [
                Load(Cell(workload, name, concurrency), server, steps[name, workload], _clients(name, concurrency))
                for name, server in served.items()
            ]


def _clients(system: str, concurrency: int) -> int:
    return NGINX_CLIENTS if system == NGINX and concurrency > 1 else 1


def _steps(holdall: Holdall) -> dict[str, Step]:
    api = Api(holdall.address, holdall.create_account("an account of small objects"))
    urls = asyncio.run(_download_urls(api))
    download = steps_in_turn([message("GET", url, host=holdall.address) for url in urls])
    return {ROUND_TRIP: api.round_trip(SMALL), DOWNLOAD: download}


async def _download_urls(api: Api) -> list[str]:
    connection = await Connection.open(api.address)
    try:
        return [await api.signed(connection, await api.stored(connection, SMALL)) for _ in range(20)]
    finally:
        connection.close()


def _file_steps(fronts: Fronts) -> dict[str, Step]:
    """PUT and GET of files that are there already, so that the answer is always the same one."""
    names = [f"/{number}" for number in range(FILES)]
    for name in names:
        (fronts.files / name[1:]).write_bytes(SMALL)
    address = fronts.bare.address
    puts = cycle(
        [(message("PUT", name, host=address, body=SMALL), message("GET", name, host=address)) for name in names]
    )

    async def both(connection: Connection) -> None:
        put, get = next(puts)
        await connection.ask(put, expect=204)
        await connection.ask(get)

    return {ROUND_TRIP: both, DOWNLOAD: steps_in_turn([message("GET", name, host=address) for name in names])}


def measure_large(holdall: Holdall, fronts: Fronts | None, results: Results, plan: Plan) -> None:
    payload = Payload(plan.transfer_mib)
    ours = {HOLDALL: Bodies(holdall)} | ({BEHIND: Bodies(fronts.holdall)} if fronts else {})
    ups: dict[str, Measure] = {name: partial(bodies.upload, payload) for name, bodies in ours.items()}
    stored = {name: bodies.stored(payload) for name, bodies in ours.items()}
    downs: dict[str, Measure] = {
        name: bodies.download(bodies.download_url(stored[name]), payload) for name, bodies in ours.items()
    }
    if fronts:
        ups[NGINX], downs[NGINX] = _whole_files(fronts.bare, payload)
    # A virtual machine is slow to hand out memory for the first time: each upload follows an untimed write.
    again = write_and_sync(holdall.data_dir.parent / "scratch", payload)
    results.take_turns({Cell(UP, name, 1): up for name, up in ups.items()}, rounds=plan.rounds, before_each=again)
    results.take_turns({Cell(DOWN, name, 1): down for name, down in downs.items()}, rounds=plan.rounds)
    for name, bodies in ours.items():
        bodies.delete(stored[name])


def _whole_files(bare: Server, payload: Payload) -> tuple[Measure, Measure]:
    return (
        transferred(bare, payload, lambda: streams.put(bare.address, f"/{LARGE}", payload)),
        transferred(bare, payload, lambda: streams.get(bare.address, f"/{LARGE}", payload)),
    )
