"""Keeps the web server and the worker running, and ends both with itself, whatever happens."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

logger = logging.getLogger("holdall.serve")

PROJECT = Path(__file__).parent.parent
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0
STOPPED_WITHIN = 8.0
LOOKED_AFTER_EVERY = 0.2
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # workers have nothing to tell each other


@dataclass
class Backoff:
    """How long to wait before a child is started again: 1 s, doubling to 30 s; 1 s again after a good minute."""

    pause: float = 0.0
    longest: float = LONGEST_PAUSE

    def after(self, ran_for: float) -> float:
        if ran_for >= HEALTHY_AFTER:
            self.pause = 0.0
        self.pause = min(2 * self.pause, self.longest) or SHORTEST_PAUSE
        return self.pause


@dataclass
class Child:
    """One program in a process group of its own, so that a Ctrl-C at the terminal reaches the supervisor alone."""

    name: str
    program: Sequence[str]
    backoff: Backoff = field(default_factory=Backoff)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0

    def look_after(self, now: float) -> None:
        """Start it where it is due; where it has ended, say so and set the time of its next start."""
        if self.process is None:
            if now >= self.start_at:
                self._start(now)
        elif self.process.poll() is not None:
            self.start_at = now + self.backoff.after(now - self.started_at)
            code = self.process.returncode
            logger.error("%s ended with %d; it starts again in %.0f s", self.name, code, self.backoff.pause)
            self.kill()

    def _start(self, now: float) -> None:
        tie = [sys.executable, "-m", "objects_app.processes", str(os.getpid())]
        self.process = subprocess.Popen(  # noqa: S603  our own programs, no shell
            [*tie, *self.program],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started_at = now

    def ask_to_end(self) -> None:
        if self.process:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(until - time.monotonic(), 0))

    def kill(self) -> None:
        """Whatever is left of its process group; often that is nothing."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class Supervisor:
    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self) -> None:
        """Return after SIGINT, SIGTERM or SIGHUP, when every child has ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                self._look_after_all()
                time.sleep(LOOKED_AFTER_EVERY)
        finally:
            self._end_all()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _look_after_all(self) -> None:
        for child in self.children:
            child.look_after(time.monotonic())

    def _end_all(self) -> None:
        until = time.monotonic() + STOPPED_WITHIN
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.wait(until)
        for child in self.children:
            child.kill()


def web_server(host: str, port: int, *, longest_pause: float) -> Child:
    return Child("web", web_program(host, port, workers=1), Backoff(longest=longest_pause))


def web_program(host: str, port: int, *, workers: int) -> list[str]:
    """HTTP/1.1 and cleartext HTTP/2 on one port. Requests are logged by our application, with their ids."""
    options = {
        "--interface": "asginl",
        "--http": "auto",
        "--host": host,
        "--port": str(port),
        "--workers": str(workers),
        "--workers-kill-timeout": "5",
        "--backlog": "2048",
        "--http1-header-read-timeout": "10000",
        "--log-level": "warning",
    }
    listed = [part for option in options.items() for part in option]
    return ["granian", *listed, "--no-ws", "--no-access-log", "config.asgi:application"]


def worker(*, longest_pause: float) -> Child:
    """Sweeps and their schedule in one process, which the filesystem broker needs no server for."""
    program = celery_program("worker", "--beat", "--pool", "solo", *QUIET)
    return Child("worker", program, Backoff(longest=longest_pause))


def celery_program(command: str, *arguments: str) -> list[str]:
    return ["celery", "--quiet", "--app", "config.celery", command, *arguments]
