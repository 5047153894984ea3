"""Who is killed, and the way back, whatever the shape of the installation."""

import os
import random
import signal
import time
from abc import ABC, abstractmethod
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests import live
from tests.crash.checking import World

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


@dataclass(frozen=True)
class Part:
    """What a process is. The clients of `base_url` notice that it is gone; the others do not."""

    kind: str
    base_url: str = ""


Dead = dict[int, Part]
PATIENCE = 300  # seconds, on a machine with a lot to do


class Site(ABC):
    """An installation that is killed and comes back, at the same addresses."""

    shape: ClassVar[str]
    victims: ClassVar[dict[str, int]]  # a kind of part, everything, or a failpoint; and how often
    whole: ClassVar[Counter[str]]  # how many there are of each kind
    comes_by: ClassVar[tuple[str, ...]]  # how the failpoints begin that the writers and the schedule reach
    most_completes: ClassVar[int]  # before a kill
    base_urls: list[str]
    environment: dict[str, str]
    key: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.armed = folder / "armed"
        self.armed.mkdir()

    @abstractmethod
    def start(self) -> None:
        """Return when it is whole."""

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def parts(self) -> dict[int, Part]:
        """The processes that are there."""

    @abstractmethod
    def restart(self, dead: Dead) -> None:
        """What an operator's service manager does; it need not wait until they answer."""

    @abstractmethod
    def world(self) -> World:
        """Database and storage as they are now."""

    def kill(self, victim: str, chance: random.Random) -> Dead:
        """Kill a part of this kind, or everything, and return what is dead."""
        parts = self.parts()
        fitting = [pid for pid, part in parts.items() if victim in (part.kind, "everything")]
        dead = fitting if victim == "everything" else [chance.choice(fitting)]
        for pid in dead:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return {pid: parts[pid] for pid in dead}

    def die_at(self, failpoint: str, *, within: float) -> Dead:
        """The part that came by the failpoint and died there; nothing where none did in time."""
        parts = self.parts()
        armed = self.armed / failpoint
        armed.touch()
        with suppress(AssertionError):
            live.wait_until(lambda: not armed.exists(), seconds=within)
        armed.unlink(missing_ok=True)
        pids = [int(path.name.rpartition(".")[2]) for path in self.armed.iterdir()]
        for path in self.armed.iterdir():
            path.unlink()
        return {pid: parts[pid] for pid in pids}

    def come_back(self, dead: Dead, *, since: float) -> float:
        """Seconds from the kill until everything runs and answers again."""
        live.wait_until(lambda: not any(live.is_running(pid) for pid in dead))
        self.wait_until_whole()
        return time.monotonic() - since

    def wait_until_whole(self) -> None:
        try:
            live.wait_until(lambda: self.is_whole() and all(map(live.answers, self.base_urls)), seconds=PATIENCE)
        except AssertionError as in_vain:
            raise AssertionError(f"{self.kinds()} instead of {self.whole}, or no answer:\n{self.said()}") from in_vain

    def is_whole(self) -> bool:
        return self.kinds() == self.whole

    def kinds(self) -> Counter[str]:
        return Counter(part.kind for part in self.parts().values())

    def said(self) -> str:
        """The ends of what the processes printed."""
        return "\n".join(f"{file.name}: {file.read_text()[-1000:]}" for file in sorted(self.folder.glob("*.out")))
