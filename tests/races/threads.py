"""Real threads that meet at failpoints, without sleeping. What a thread raises for its caller is its outcome."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from objects_app import failpoints
from objects_app.errors import ObjectsError
from objects_app.sqlite.base import DatabaseWrapper

PATIENCE = 60
LOOKED_EVERY = 0.002
Call = Callable[[], Any]


def outcome(call: Call) -> Any:
    """What it returns, or the name of the error that its caller is meant to know."""
    try:
        return call()
    except ObjectsError as error:
        return type(error).__name__
    finally:
        connections.close_all()


def at_once(*calls: Call) -> list[Any]:
    """Start every call at the same moment and return the outcomes in order."""
    barrier = threading.Barrier(len(calls))

    def run(call: Call) -> Any:
        barrier.wait(PATIENCE)
        return outcome(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@contextmanager
def hooked(hook: Callable[[str], None]) -> Iterator[None]:
    before, failpoints.hook = failpoints.hook, hook
    try:
        yield
    finally:
        failpoints.hook = before


def points_of(call: Call) -> list[str]:
    """The failpoints that a call reaches when nothing meets it."""
    reached: list[str] = []
    with hooked(reached.append):
        outcome(call)
    return list(dict.fromkeys(reached))


class Stop:
    """Holds one thread, once, at a failpoint."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.thread = 0
        self.is_there = self.is_in_transaction = False
        self.settled, self.released = threading.Event(), threading.Event()

    def __call__(self, name: str) -> None:
        if name == self.point and threading.get_ident() == self.thread and not self.is_there:
            self.is_there, self.is_in_transaction = True, connection.in_atomic_block
            self.settled.set()
            assert self.released.wait(PATIENCE)

    def run(self, call: Call) -> Any:
        self.thread = threading.get_ident()
        try:
            return outcome(call)
        finally:
            self.settled.set()


def held_at(point: str, held: Call, other: Call) -> tuple[Any, Any]:
    """`held` stands still at `point` until `other` has ended; it may wait for a lock only where `held` is in a
    transaction.
    """
    stop = Stop(point)
    with hooked(stop), ThreadPoolExecutor(2) as pool:
        first = pool.submit(stop.run, held)
        try:
            assert stop.settled.wait(PATIENCE)
            assert stop.is_there, f"{point} was not reached: {first.result()}"
            second = pool.submit(outcome, other)
            _await_end(second, or_lock=stop.is_in_transaction)
        finally:
            stop.released.set()
        return first.result(PATIENCE), second.result(PATIENCE)


def _await_end(call: Future, *, or_lock: bool) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not wait([call], LOOKED_EVERY).done and not (or_lock and somebody_waits()):
        assert time.monotonic() < give_up_at, "it waits for one who is in no transaction"


def somebody_waits() -> bool:
    if connection.vendor == "sqlite":
        frames = sys._current_frames().values()
        return any(frame.f_code is DatabaseWrapper._queue_up.__code__ for frame in frames)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone() is not None
