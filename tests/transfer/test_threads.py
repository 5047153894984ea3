"""What blocks runs in threads, and nobody cleans up behind the back of one that still runs."""

import asyncio
import threading

import pytest

from objects_app.transfer.threads import in_file_thread


def test_who_is_cancelled_still_waits_for_the_thread():
    may_end, log = threading.Event(), []

    def write():
        assert may_end.wait(30)
        log.append("written")

    async def cancel_in_the_middle():
        task = asyncio.create_task(in_file_thread(write))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
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
