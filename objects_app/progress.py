"""How far something is that takes its time with many blobs, told now and then."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

Say = Callable[[str], None]
COST_OF_A_BLOB = 64 * 1024  # a small blob takes as long as so many bytes of a large one
UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


@dataclass(frozen=True)
class Totals:
    blobs: int
    bytes: int


def in_words(size: float) -> str:
    power = 0
    while size >= 1024 and power < len(UNITS) - 1:
        size, power = size / 1024, power + 1
    return f"{size:.1f} {UNITS[power]}" if power else f"{size:.0f} bytes"


class Progress:
    """`say` is called at most once in `every` seconds, from whichever thread comes along."""

    def __init__(self, say: Say, *, every: float, what: str = "Blobs") -> None:
        self._say = say
        self._every = every
        self._what = what
        self._totals = Totals(0, 0)
        self._started = self._told = time.monotonic()
        self._lock = Lock()
        self.blobs = self.bytes = 0

    def say_now_and_then(self, sentence: str) -> None:
        if time.monotonic() - self._told >= self._every:
            self._told = time.monotonic()
            self._say(sentence)

    def begin(self, totals: Totals) -> None:
        self._totals = totals
        self._started = time.monotonic()

    def add_bytes(self, count: int) -> None:
        with self._lock:
            self.bytes += count
            self.say_now_and_then(self.line())

    def add_blob(self) -> None:
        with self._lock:
            self.blobs += 1
            self.say_now_and_then(self.line())

    @property
    def seconds(self) -> float:
        return max(time.monotonic() - self._started, 0.001)

    def rate(self) -> str:
        return f"{in_words(self.bytes / self.seconds)}/s"

    def line(self) -> str:
        of = self._totals
        done = self.bytes + self.blobs * COST_OF_A_BLOB
        left = max(of.bytes + of.blobs * COST_OF_A_BLOB - done, 0)
        seconds_left = self.seconds * left / max(done, 1)
        return (
            f"{self._what}: {self.blobs} of {of.blobs}, {in_words(self.bytes)} of {in_words(of.bytes)}, "
            f"{self.rate()}, {seconds_left:.0f} s left."
        )
