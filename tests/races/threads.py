"""Real threads that meet at stated points, without sleeping. What a thread raises is its outcome."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from objects_app.errors import ObjectsError

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
    """`other` begins while `held` stands still inside its transaction, and can only go on after it."""
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hold.run, held)
        assert hold.reached.wait(PATIENCE)
        second = pool.submit(outcome, other)
        hold.released.set()
        return first.result(PATIENCE), second.result(PATIENCE)
