"""An upload that crawls: its activity is noted every minute, however long a block takes to fill."""

import asyncio
from types import SimpleNamespace

from objects_app.transfer.uploads import Reception


def gathered(*, until: float) -> list[bytes]:
    """What a reception takes from a client who sends byte after byte."""
    waiting = [b"a", b"b", b"c"]

    async def read() -> bytes:
        return waiting.pop(0) if waiting else b""

    async def gather() -> list[bytes]:
        reception = Reception(SimpleNamespace(read=read), grant=None)
        reception.keep_alive_at = asyncio.get_running_loop().time() + until
        return await reception._gather()

    return asyncio.run(gather())


def test_blocks_are_gathered_while_there_is_time():
    assert gathered(until=60) == [b"a", b"b", b"c"]


def test_the_first_bytes_after_the_minute_are_enough():
    assert gathered(until=-1) == [b"a"]
