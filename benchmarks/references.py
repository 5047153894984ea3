"""What the machine itself does: SQLite without a server, a file written and synced, a file read and sent."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks.client import Address, WrongAnswerError
from benchmarks.measure import Reference
from benchmarks.payload import Payload
from benchmarks.servers import PROJECT
from benchmarks.streams import blocks_from, connect

ONE_OBJECT = "SELECT * FROM objects_app_storedobject WHERE id = ?"
ONE_PAGE = """SELECT * FROM objects_app_storedobject WHERE account_id = ? AND state <> 'DELETED'
    ORDER BY created_at DESC, id DESC LIMIT 21"""
COUNT = "SELECT count(*) FROM objects_app_storedobject WHERE account_id = ? AND state <> 'DELETED'"
EVENT = "INSERT INTO event (action, target, details) VALUES ('object.created', ?, '{}')"
DD_WITHIN = 300.0
SENDER_STOPS_WITHIN = 15.0


def sqlite_query(database: Path, statement: str, parameter: str, *, seconds: float) -> Reference:
    """Rows fetched from the server's own database, by one thread, with nothing around it."""

    def measure() -> float:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return repeated(lambda: connection.execute(statement, [parameter]).fetchall(), seconds)

    return measure


def sqlite_commit(folder: Path, *, seconds: float) -> Reference:
    """One row inserted and committed to the disk, as durable as Holdall's own commits."""
    path = folder / "commits.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, action TEXT, target TEXT, details TEXT)")

    def measure() -> float:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            return repeated(lambda: connection.execute(EVENT, [os.urandom(16).hex()]), seconds)

    return measure


def repeated(call: Callable[[], object], seconds: float) -> float:
    """Calls per second."""
    started = perf_counter()
    count = 0
    while (took := perf_counter() - started) < seconds:
        call()
        count += 1
    return count / took


def write_and_sync(path: Path, payload: Payload) -> Reference:
    """The same bytes as the upload's, written to the same disk and synced: MiB per second."""

    def measure() -> float:
        started = perf_counter()
        with path.open("wb", buffering=0) as file:
            for block in payload.blocks():
                file.write(block)
            os.fsync(file.fileno())
        took = perf_counter() - started
        path.unlink()
        return payload.mib / took

    return measure


def dd_and_sync(path: Path, payload: Payload) -> Reference:
    command = ["dd", "if=/dev/zero", f"of={path}", "bs=1M", f"count={payload.mib}", "conv=fsync", "status=none"]

    def measure() -> float:
        started = perf_counter()
        subprocess.run(command, check=True, timeout=DD_WITHIN)  # noqa: S603 our own command
        took = perf_counter() - started
        path.unlink()
        return payload.mib / took

    return measure


@contextmanager
def read_and_send(path: Path, payload: Payload) -> Iterator[Reference]:
    """The same bytes from a file of their own through a loopback socket: MiB per second."""
    with path.open("wb") as file:
        file.writelines(payload.blocks())
    sender = subprocess.Popen(  # noqa: S603 our own command
        [sys.executable, "-m", "benchmarks.sender", str(path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = Address("127.0.0.1", int(sender.stdout.readline() if sender.stdout else 0))
        yield lambda: _received_rate(address, payload)
    finally:
        sender.communicate(timeout=SENDER_STOPS_WITHIN)
        path.unlink()


def _received_rate(address: Address, payload: Payload) -> float:
    started = perf_counter()
    with connect(address) as connection:
        received = sum(map(len, blocks_from(connection, payload.size)))
    if received != payload.size:
        raise WrongAnswerError(f"the sender sent {received} bytes")
    return payload.mib / (perf_counter() - started)
