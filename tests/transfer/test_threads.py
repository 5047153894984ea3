"""What blocks runs in threads, and nobody cleans up behind the back of one that still runs."""

import asyncio
import threading
import time

import pytest

from objects_app.transfer import turns
from objects_app.transfer.threads import in_file_thread, in_page_thread


@pytest.mark.parametrize("times", [1, 3])
def test_who_is_cancelled_still_waits_for_the_thread(times):
    may_end, log = threading.Event(), []

    def write():
        assert may_end.wait(30)
        log.append("written")

    async def cancel_in_the_middle():
        task = asyncio.create_task(in_file_thread(write))
        for _ in range(times):
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        log.append("cleaned up")

    asyncio.run(cancel_in_the_middle())
    assert log == ["written", "cleaned up"]


def test_a_failure_in_the_thread_is_the_callers():
    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(in_file_thread(fail))


def test_a_failure_of_which_no_caller_hears_is_in_the_log(caplog):
    may_end = threading.Event()

    def fail():
        may_end.wait(30)
        raise ValueError("unheard")

    async def cancel():
        task = asyncio.create_task(in_file_thread(fail))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert "ValueError: unheard" in caplog.text


def page_threads_at_once(how_many: int, *, wait_for_all: bool) -> int:
    """How many of so many calls were at work together at most. Each lasts, if it may, until all have begun."""
    at_work, most, lock, all_there = 0, 0, threading.Lock(), threading.Barrier(how_many)

    def call():
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        all_there.wait(30) if wait_for_all else time.sleep(0.01)
        with lock:
            at_work -= 1

    async def ask():
        await asyncio.gather(*[in_page_thread(call) for _ in range(how_many)])

    asyncio.run(ask())
    return most


def test_calls_on_sqlite_take_turns(monkeypatch):
    monkeypatch.setattr(turns, "LASTING", 3600.0)
    assert page_threads_at_once(12, wait_for_all=False) <= turns.AT_ONCE


def test_nobody_waits_behind_a_call_that_lasts():
    assert page_threads_at_once(6, wait_for_all=True) == 6


def test_who_is_cancelled_before_its_turn_takes_no_turn(monkeypatch):
    monkeypatch.setattr(turns, "LASTING", 3600.0)
    may_end = threading.Event()

    async def cancel_one_that_waits():
        first = [asyncio.create_task(in_page_thread(may_end.wait, 30)) for _ in range(turns.AT_ONCE)]
        waiting = asyncio.create_task(in_page_thread(pytest.fail, "nobody asks any more"))
        await asyncio.sleep(0)
        waiting.cancel()
        may_end.set()
        assert await asyncio.gather(*first) == [True] * turns.AT_ONCE
        assert await in_page_thread(lambda: "the turns are free again") == "the turns are free again"

    asyncio.run(cancel_one_that_waits())
