"""PostgreSQL for benchmarks: the server of the tests, and which of this machine's processes is a database's."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from benchmarks import processes

PATIENCE_SECONDS = 60.0


def start_postgres(folder: Path, **options: str) -> str:
    """The server of the tests, which ends with this process; `options` are settings of PostgreSQL."""
    state = folder / "postgres.json"
    settings = [f"{name}={value}" for name, value in options.items()]
    subprocess.Popen(  # noqa: S603 ours
        [sys.executable, "-m", "tests.postgres_server", str(state), str(os.getpid()), *settings]
    )
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not state.exists():
        if time.monotonic() > give_up_at:
            raise RuntimeError("PostgreSQL did not start")
        time.sleep(0.1)
    found: dict[str, str] = json.loads(state.read_text())
    if "url" not in found:
        raise RuntimeError(found["missing"])
    return found["url"]


def server_processes(url: str) -> tuple[int, ...]:
    """The process that all others of the database's server descend from; none where it runs on another machine."""
    with psycopg.connect(url) as database:
        (backend,) = database.execute("SELECT pg_backend_pid()").fetchone() or (0,)
        return (processes.parent(backend),) if processes.name(backend).startswith("postgres") else ()
