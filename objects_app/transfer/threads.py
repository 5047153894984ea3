"""Where the event loop sends what blocks. Bytes and verbs have threads of their own: neither waits for the other."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import Generic, ParamSpec, TypeVar, cast

from objects_app import compiled
from objects_app.transfer.turns import are_taken, turn

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

_files = ThreadPoolExecutor(max_workers=8, thread_name_prefix="files")
_verbs = ThreadPoolExecutor(max_workers=8, thread_name_prefix="verbs")
_pages = ThreadPoolExecutor(max_workers=16, thread_name_prefix="pages")


async def in_file_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """For calls of the storage, which touch no database."""
    return await _visit(_files, lambda: call(*args, **kwargs))


async def in_verb_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """For verbs: the thread keeps its database connection, which is checked before."""
    return await _in_turn(_verbs, lambda: _with_connection(lambda: call(*args, **kwargs)))


async def in_page_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """For Django's handler, which looks after its connections itself."""
    return await _in_turn(_pages, lambda: call(*args, **kwargs))


async def _in_turn(pool: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    if not are_taken():
        return await _visit(pool, call)
    async with turn():
        return await _visit(pool, call)


async def _visit(pool: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    """A thread cannot be stopped: who is cancelled still waits for it, so that nobody cleans up behind its back."""
    visit = Visit(call)
    pool.submit(copy_context().run, visit.make)
    try:
        await visit.end
    except asyncio.CancelledError:
        await visit.wait_alone()
        raise
    return visit.outcome()


class Visit(Generic[R]):
    """A call on its way through a thread. asyncio's own way there and back makes three futures, and takes longer."""

    def __init__(self, call: Callable[[], R]) -> None:
        self.loop = asyncio.get_running_loop()
        self.end: asyncio.Future[None] = self.loop.create_future()
        self.is_over = False
        self._call = call
        self._result: R | None = None
        self._failure: BaseException | None = None

    def make(self) -> None:
        try:
            self._result = self._call()
        except BaseException as failure:  # noqa: BLE001  it is the caller's
            self._failure = failure
        self.loop.call_soon_threadsafe(self._arrive)

    async def wait_alone(self) -> None:
        """Until it is over, however often the caller is cancelled, who will not hear of its outcome."""
        while not self.is_over:
            self.end = self.loop.create_future()
            with suppress(asyncio.CancelledError):
                await self.end
        if self._failure:
            logger.error("A call failed whose caller was gone.", exc_info=self._failure)
            self._failure = None

    def _arrive(self) -> None:
        self.is_over = True
        if not self.end.done():
            self.end.set_result(None)

    def outcome(self) -> R:
        if self._failure is None:
            return cast("R", self._result)
        try:
            raise self._failure
        finally:
            self._failure = None  # its traceback holds this frame, which would hold it for ever


def _with_connection(call: Callable[[], R]) -> R:
    compiled.check_connection()
    return call()
