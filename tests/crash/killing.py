"""Who is killed, and the way back."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests import live

WEB = {"supervisor", "web server", "web worker"}  # the clients notice
PARTS = {*WEB, "worker", "schedule"}
# Sweeps are under way at most moments, and an upload lives longer than it takes to look at it after a kill.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
    "THROTTLE_ENABLED": "false",
    "UPLOAD_URL_LIFETIME": "2m",
    "UPLOAD_LIFETIME": "2m",
    "TRANSFER_TOTAL_TIMEOUT": "2m",
    "SWEEP_UPLOADS_EVERY": "2s",
    "SWEEP_BYTES_EVERY": "1s",
    "SWEEP_LEFTOVERS_EVERY": "2s",
    "VERIFY_LENGTHS_EVERY": "5s",
    "LOG_LEVEL": "WARNING",
}


class Site:
    """One installation that is killed and comes back, at one address."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.armed = folder / "armed"
        self.armed.mkdir()
        self.address = f"127.0.0.1:{live.free_port()}"
        self.server = self.start()
        self.key = self.server.key
        self.wait_until_whole()

    def start(self) -> live.LiveServer:
        return live.start_server(self.data_dir, ADDRESS=self.address, CRASH_FOLDER=str(self.armed), **SETTINGS)

    def stop(self) -> None:
        self.server.stop()

    def parts(self) -> dict[str, int]:
        """The processes that are there, by what they are."""
        top = self.server.process.pid
        lines = self.server.processes()
        parents = {pid: live.parent_of(pid) for pid in lines}
        found = {"supervisor": top} if top in lines else {}
        for pid, line in lines.items():
            name, below = ("web server", "web worker") if " granian " in line else ("worker", "schedule")
            if parents[pid] == top:
                found[name] = pid
            elif parents.get(parents[pid]) == top:
                found[below] = pid
        return found

    def kill(self, victim: str) -> dict[str, int]:
        """Kill a part, or everything, and return what is dead."""
        parts = self.parts()
        dead = parts if victim == "everything" else {victim: parts[victim]}
        for pid in dead.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return dead

    def arm(self, failpoint: str) -> None:
        (self.armed / failpoint).touch()

    def died_at(self, failpoint: str, *, within: float) -> dict[str, int]:
        """The part that died there; nothing where none came by in time."""
        parts = {pid: name for name, pid in self.parts().items()}
        with suppress(AssertionError):
            live.wait_until(lambda: not (self.armed / failpoint).exists(), seconds=within)
        (self.armed / failpoint).unlink(missing_ok=True)
        pids = [int(path.name.rpartition(".")[2]) for path in self.armed.glob(f"{failpoint}.*")]
        for path in self.armed.glob("*"):
            path.unlink()
        return {parts[pid]: pid for pid in pids}

    def come_back(self, dead: dict[str, int], *, since: float) -> float:
        """Seconds from the kill until everything runs and answers again; only a dead supervisor needs a hand."""
        if "supervisor" in dead:
            self.server.process.wait()
            self.server = self.start()
        live.wait_until(lambda: not any(live.is_running(pid) for pid in dead.values()))
        self.wait_until_whole()
        return time.monotonic() - since

    def wait_until_whole(self) -> None:
        live.wait_until(lambda: self.parts().keys() == PARTS and live.answers(self.server.base_url))
