"""Real threads that meet at stated points, without sleeping. What a thread raises is its outcome."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from objects_app.errors import ObjectsError
from objects_app.sqlite.base import DatabaseWrapper
from tests import live

ROUNDS = int(os.environ.get("RACE_ROUNDS", "20"))
PATIENCE = 60
every_round = pytest.mark.usefixtures("round_")


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ObjectsError as error:
        return error
    finally:
        connections.close_all()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start every call at the same moment and return the outcomes in order."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(PATIENCE)
        return outcome(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class Hold:
    """Stops one thread, once, where it calls `module.name`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self.reached, self.released = threading.Event(), threading.Event()
        self.thread = 0
        self.real = getattr(module, name)
        monkeypatch.setattr(module, name, self.stop)

    def stop(self, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() == self.thread and not self.reached.is_set():
            self.reached.set()
            assert self.released.wait(PATIENCE)
        return self.real(*args, **kwargs)

    def run(self, call: Callable[[], Any]) -> Any:
        self.thread = threading.get_ident()
        return outcome(call)


def while_held(hold: Hold, held: Callable[[], Any], other: Callable[[], Any]) -> tuple[Any, Any]:
    """`other` runs from start to end while `held` stands still."""
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hold.run, held)
        assert hold.reached.wait(PATIENCE)
        second = pool.submit(outcome, other).result(PATIENCE)
        hold.released.set()
        return first.result(PATIENCE), second


def queued_behind(hold: Hold, held: Callable[[], Any], other: Callable[[], Any]) -> tuple[Any, Any]:
    """`other` meets the lock of `held`, which stands still inside its transaction, and waits for it or passes by."""
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hold.run, held)
        assert hold.reached.wait(PATIENCE)
        second = pool.submit(outcome, other)
        live.wait_until(lambda: second.done() or somebody_waits(), seconds=PATIENCE)
        hold.released.set()
        return first.result(PATIENCE), second.result(PATIENCE)


def somebody_waits() -> bool:
    if connection.vendor == "sqlite":
        frames = sys._current_frames().values()
        return any(frame.f_code is DatabaseWrapper._start_transaction_under_autocommit.__code__ for frame in frames)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone() is not None
