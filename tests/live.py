"""Real servers for tests: `manage.py serve` in a process of its own, on a free port, with a data folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
MANAGE = str(ROOT / "manage.py")
KEY = re.compile(r"hld_[0-9A-Za-z]{49}")
START_SECONDS = 120
STOP_SECONDS = 20
FOR_TESTS = {"DATABASE_URL", "OBJECT_STORAGE", "REDIS_URL", "SECRET_KEY", "THROTTLE_ENABLED"}


@dataclass
class LiveServer:
    """A running server: `key` is the secret that its first start printed, empty where it was no first start."""

    base_url: str
    key: str
    process: subprocess.Popen
    data_dir: Path
    environment: dict[str, str]
    output: Path

    def manage(self, *arguments: str) -> str:
        """Run another command on the same data and return what it printed."""
        return manage(*arguments, environment=self.environment).stdout

    def printed(self) -> str:
        return self.output.read_text()

    def processes(self) -> dict[int, str]:
        """Every process that was started for this data, with its command line."""
        return {pid: command_line_of(pid) for pid in processes_on(self.data_dir)}

    def process_of(self, program: str) -> int:
        """The process that the supervisor itself started for `granian` or `celery`."""
        return min(pid for pid, line in self.processes().items() if f" {program} " in line)

    def children_of(self, parent: int) -> list[int]:
        return [pid for pid in self.processes() if parent_of(pid) == parent]

    def stop(self) -> int:
        """End it as an operator would and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


def processes_on(*data_dirs: Path) -> dict[int, Path]:
    """Every process that was started for one of these folders; dead ones have no environment."""
    ours = {f"DATA_DIR={folder}".encode(): folder for folder in data_dirs}
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for known in ours.keys() & (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = ours[known]
    return found


def command_line_of(pid: int) -> str:
    """Empty where the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_running(pid: int) -> bool:
    return _status_of(pid)[0] not in "ZX"


def parent_of(pid: int) -> int:
    """0 where the process has ended."""
    return int(_status_of(pid)[1])


def _status_of(pid: int) -> list[str]:
    """The letter of its state, its parent and more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["X", "0"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment_of(data_dir: Path, **more: str) -> dict[str, str]:
    """The test run's own environment, with its settings for tests alone taken out."""
    inherited = {name: value for name, value in os.environ.items() if name not in FOR_TESTS}
    return inherited | {"DATA_DIR": str(data_dir)} | more


def manage(
    *arguments: str, environment: dict[str, str], check: bool = True, timeout: float = 60
) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, MANAGE, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    if check and done.returncode:
        raise AssertionError(f"manage.py {arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def start_server(data_dir: Path, *, folder: Path = ROOT, wrapper: Sequence[str] = (), **environment: str) -> LiveServer:
    """Start `serve` in `folder` and return once it answers; what it prints goes to a file beside the data folder.

    `wrapper` is a command that runs `serve` in its own process, such as a tracer's.
    """
    address = environment.setdefault("ADDRESS", f"127.0.0.1:{free_port()}")
    settings = environment_of(data_dir, **environment)
    output = data_dir.with_name(f"{data_dir.name}.{address.rpartition(':')[2]}.out")
    with output.open("wb") as file:
        process = subprocess.Popen(
            [*wrapper, sys.executable, MANAGE, "serve"],
            env=settings,
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    server = LiveServer(f"http://{address}", "", process, data_dir, settings, output)
    try:
        wait_until_it_answers(server)
    except BaseException:
        server.stop()
        raise
    found = KEY.search(server.printed())
    server.key = found[0] if found else ""
    return server


def wait_until(condition: Callable[[], object], *, seconds: float = START_SECONDS) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, f"waited {seconds} s in vain"
        time.sleep(0.05)


def wait_until_it_answers(server: LiveServer) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while not answers(server.base_url):
        if server.process.poll() is not None:
            raise AssertionError(f"serve ended with {server.process.returncode}:\n{server.printed()}")
        if time.monotonic() > give_up_at:
            raise AssertionError(f"serve did not answer in {START_SECONDS} s:\n{server.printed()}")
        time.sleep(0.05)


def answers(base_url: str) -> bool:
    """Asked over and over while a server starts: httpx would read all certificates each time."""
    with closing(HTTPConnection(urlsplit(base_url).netloc, timeout=5)) as connection:
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except (OSError, HTTPException):
            return False
    return True
