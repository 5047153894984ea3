"""The servers under test: Holdall as an operator starts it, and the bare granian beside it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import processes
from benchmarks.client import Address
from benchmarks.meters import Server

PROJECT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(PROJECT / "manage.py")]
START_WITHIN = 60.0
STOP_WITHIN = 15.0
COMMAND_WITHIN = 300.0
UNTHROTTLED = {"THROTTLE_ENABLED": "false"}


@dataclass(frozen=True)
class Account:
    id: str
    key: str


@dataclass(frozen=True)
class Holdall:
    server: Server
    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        return self.server.address

    @property
    def database(self) -> Path:
        return self.data_dir / "holdall.sqlite3"

    def environment(self) -> dict[str, str]:
        return {**os.environ, **UNTHROTTLED, **self.settings, "DATA_DIR": str(self.data_dir)}

    def run(self, *command: str) -> str:
        """The output of a command that works on this server's data."""
        done = subprocess.run(  # noqa: S603 our own command
            command,
            env=self.environment(),
            cwd=PROJECT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=COMMAND_WITHIN,
        )
        return done.stdout

    def create_account(self, name: str) -> Account:
        made = json.loads(self.run(*MANAGE, "create_account", name, "--json"))
        return Account(id=made["account_id"], key=made["key"])


def stop_when_terminated() -> None:
    """Leave through every `finally`, so that no server stays behind."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))


def free_address() -> Address:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return Address(*listener.getsockname())


@contextmanager
def running(command: list[str], address: Address, *, log: Path, environment: dict[str, str]) -> Iterator[int]:
    """A server from when it accepts connections until the block ends."""
    with started(command, log=log, environment=environment) as process:
        _wait_until_open(process, address, log)
        yield process.pid


@contextmanager
def started(command: list[str], *, log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 our own command
            command, cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        _stop(process)


@contextmanager
def holdall(folder: Path) -> Iterator[Holdall]:
    address = free_address()
    data_dir = folder / "data"
    command = [*MANAGE, "serve", "--address", str(address), "--data-dir", str(data_dir)]
    environment = {**os.environ, **UNTHROTTLED}
    with running(command, address, log=folder / "holdall.log", environment=environment) as process:
        yield Holdall(Server(address, (process,)), data_dir)


@contextmanager
def hello(folder: Path) -> Iterator[Address]:
    with granian("benchmarks.hello:app", "--interface", "asginl", log=folder / "hello.log") as server:
        yield server.address


@contextmanager
def granian(application: str, *options: str, log: Path, **settings: str) -> Iterator[Server]:
    address = free_address()
    place = ["--host", address.host, "--port", str(address.port), "--no-ws"]
    command = [sys.executable, "-m", "granian", *place, *options, application]
    with running(command, address, log=log, environment={**os.environ, **settings}) as process:
        yield Server(address, (process,))


def _wait_until_open(process: subprocess.Popen[bytes], address: Address, log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(address, timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    family = processes.tree(process.pid)
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        for member in family:
            with suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        process.wait(STOP_WITHIN)
