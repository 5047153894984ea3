"""What it costs to record an event: `python -m benchmarks.audit_cost`.

One client calls two web servers in turns, which share a database and a data folder; the second records nothing. The
times are the client's own, of whole calls. DATABASE_URL names the (empty) database; without it that is SQLite.
"""

import argparse
import asyncio
import os
import secrets
import statistics
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks import servers
from benchmarks.client import Answer, Connection, message
from benchmarks.meters import Server
from benchmarks.requests import CONTENT, NEW_OBJECT, Api
from benchmarks.servers import MANAGE, Account, Holdall

CALLS = ("create", "PUT", "complete", "sign", "download", "delete")
WITH, WITHOUT = "config.asgi:application", "benchmarks.unrecorded:application"
Times = dict[str, list[float]]  # in milliseconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--lives", type=int, default=20, help="of objects in a turn")
    options = parser.parse_args()
    servers.stop_when_terminated()
    with tempfile.TemporaryDirectory() as folder, two_servers(Path(folder)) as (account, recording, silent):
        show(*asyncio.run(measure(account, (recording, silent), options.turns, options.lives)))


@contextmanager
def two_servers(folder: Path) -> Iterator[tuple[Account, Server, Server]]:
    """An account, the server that records and the one that does not."""
    settings = {"DATA_DIR": str(folder), "SECRET_KEY": secrets.token_hex(32), **servers.UNTHROTTLED}
    setup = Holdall(Server(servers.free_address(), ()), folder, settings)
    setup.run(*MANAGE, "setup")
    options = ("--interface", "asginl", "--no-access-log")
    recording = servers.granian(WITH, *options, log=folder / "with.log", **settings)
    silent = servers.granian(WITHOUT, *options, log=folder / "without.log", **settings)
    with recording as first, silent as second:
        yield setup.create_account("measured"), first, second


async def measure(account: Account, pair: tuple[Server, Server], turns: int, lives: int) -> tuple[Times, Times]:
    """The times of calls that are recorded, and of those that are not. The first turn warms up."""
    recorded: Times = defaultdict(list)
    silent: Times = defaultdict(list)
    for turn in range(turns + 1):
        for server, times in zip(pair, (recorded, silent), strict=True):
            async with client(server) as connection:
                for _ in range(lives):
                    await live(connection, Api(server.address, account), times)
        if turn == 0:
            recorded.clear()
            silent.clear()
    return recorded, silent


@asynccontextmanager
async def client(server: Server) -> AsyncIterator[Connection]:
    connection = await Connection.open(server.address)
    try:
        yield connection
    finally:
        connection.close()


async def live(connection: Connection, api: Api, times: Times) -> None:
    """One object from its creation to its end."""

    async def call(name: str, request: bytes) -> Answer:
        began = perf_counter()
        answer = await connection.ask(request)
        times[name].append((perf_counter() - began) * 1000)
        return answer

    created = (await call("create", api.post(api.objects, NEW_OBJECT))).json()
    path = f"{api.objects}/{created['id']}"
    await call("PUT", message("PUT", created["upload_url"], host=api.address, body=CONTENT))
    await call("complete", api.post(f"{path}/complete"))
    url = (await call("sign", api.post(f"{path}/download"))).json()["download_url"]
    await call("download", message("GET", url, host=api.address))
    await call("delete", api.delete(path))


def show(recorded: Times, silent: Times) -> None:
    print(f"{os.cpu_count()} cores, {len(recorded[CALLS[0]])} calls of each kind, medians")
    print("| call | ms | without its event | share |\n|---|---|---|---|")
    sums = [0.0, 0.0]
    for name in CALLS:
        whole, rest = statistics.median(recorded[name]), statistics.median(silent[name])
        sums = [sums[0] + whole, sums[1] + rest]
        print(f"| {name} | {whole:.2f} | {rest:.2f} | {1 - rest / whole:.0%} |")
    print(f"| all six | {sums[0]:.2f} | {sums[1]:.2f} | {1 - sums[1] / sums[0]:.0%} |")


if __name__ == "__main__":
    main()
