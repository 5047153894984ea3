"""Calls that run Python on SQLite take turns, two at once.

Threads hand the interpreter on at every row that SQLite reads: sixteen of them, each with a page of a list, spend three
times the processor time that two spend (docs/performance.md). One that waits for something else spends none, so a call
that lasts gives up its turn, and nobody waits behind it.
"""

import asyncio
from asyncio import AbstractEventLoop, Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections

SQLITE = "objects_app.sqlite"
AT_ONCE = 2
LASTING = 0.05  # seconds

_semaphores: WeakKeyDictionary[AbstractEventLoop, Semaphore] = WeakKeyDictionary()


class Turn:
    def __init__(self, semaphore: Semaphore) -> None:
        self._semaphore = semaphore
        self._is_over = False

    def end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._semaphore.release()


def are_taken() -> bool:
    """PostgreSQL answers with all rows at once, and there is nothing to take turns for."""
    return bool(connections.settings[DEFAULT_DB_ALIAS]["ENGINE"] == SQLITE)


@asynccontextmanager
async def turn() -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    semaphore = _semaphores.get(loop) or _semaphores.setdefault(loop, Semaphore(AT_ONCE))
    await semaphore.acquire()
    own = Turn(semaphore)
    lasting = loop.call_later(LASTING, own.end)
    try:
        yield
    finally:
        lasting.cancel()
        own.end()
