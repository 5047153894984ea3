"""Holdall as several processes on PostgreSQL, and the reference on the same server."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from benchmarks import databases
from benchmarks.client import Address
from benchmarks.meters import Server
from benchmarks.servers import MANAGE, Holdall, free_address, granian, running, started

REFERENCE = "holdall_reference"
REFERENCE_THREADS = "2"
WEB_PROCESSES = "2"
BUFFERS = "512MB"


class Installation:
    """What is started in it ends with it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.url = os.environ.get("DATABASE_URL") or databases.start_postgres(folder, shared_buffers=BUFFERS)
        self.database = databases.server_processes(self.url)
        self.settings = {
            "DATABASE_URL": self.url,
            "DATA_DIR": str(folder / "data"),
            "SECRET_KEY": secrets.token_hex(32),
            **self._redis(),
        }

    def start(self) -> Holdall:
        """Web, worker and beat, after `setup`."""
        address = free_address()
        holdall = self._holdall(address, (), PUBLIC_BASE_URL=f"http://{address}")
        holdall.run(*MANAGE, "setup")
        helpers = tuple(self._command(holdall, command) for command in ("worker", "beat"))
        web = self._web(holdall, address, log="web.log")
        return replace(holdall, server=replace(holdall.server, processes=(web, *helpers)))

    def start_web(self, beside: Holdall, address: Address, **settings: str) -> Holdall:
        """Other web processes of the same installation, which know other settings."""
        holdall = self._holdall(address, beside.server.processes[1:], **settings)
        web = self._web(holdall, address, log=f"web-{address.port}.log")
        return replace(holdall, server=replace(holdall.server, processes=(web, *holdall.server.processes)))

    def start_reference(self) -> tuple[Server, str]:
        """It answers from a database of its own on the same server, whose URL comes with it."""
        known = urlsplit(self.url)
        url = (
            f"{known.scheme}://{known.netloc}/{REFERENCE}?{known.query}"  # without a host, geturl() forgets the slashes
        )
        with psycopg.connect(self.url, autocommit=True) as database:
            database.execute(f"DROP DATABASE IF EXISTS {REFERENCE}")
            database.execute(f"CREATE DATABASE {REFERENCE}")
        settings = {"REFERENCE_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "benchmarks.reference.settings"}
        holdall = self._holdall(free_address(), (), **settings)
        holdall.run(sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0")
        options = ("--interface", "wsgi", "--workers", WEB_PROCESSES, "--blocking-threads", REFERENCE_THREADS)
        application = "benchmarks.reference.wsgi:application"
        server = self.stack.enter_context(granian(application, *options, log=self.folder / "reference.log", **settings))
        return replace(server, database=self.database), url

    def _holdall(self, address: Address, its_processes: tuple[int, ...], **settings: str) -> Holdall:
        server = Server(address, its_processes, self.database)
        return Holdall(server, Path(self.settings["DATA_DIR"]), self.settings | settings)

    def _web(self, holdall: Holdall, address: Address, *, log: str) -> int:
        command = [*MANAGE, "web", "--workers", WEB_PROCESSES, "--address", str(address)]
        return self.stack.enter_context(
            running(command, address, log=self.folder / log, environment=holdall.environment())
        )

    def _command(self, holdall: Holdall, command: str) -> int:
        log = self.folder / f"{command}.log"
        return self.stack.enter_context(started([*MANAGE, command], log=log, environment=holdall.environment())).pid

    def _redis(self) -> dict[str, str]:
        """Without one, messages are files."""
        program = shutil.which("redis-server")
        if not program:
            return {}
        address = free_address()
        options = ["--bind", address.host, "--port", str(address.port), "--save", "", "--appendonly", "no"]
        log = self.folder / "redis.log"
        self.stack.enter_context(running([program, *options], address, log=log, environment=dict(os.environ)))
        return {"REDIS_URL": f"redis://{address}/0"}


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    with ExitStack() as stack:
        yield Installation(folder, stack)
