"""Where the event loop sends what blocks. Bytes and verbs have threads of their own: neither waits for the other."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from objects_app.transfer.turns import turn

P = ParamSpec("P")
R = TypeVar("R")

_files = ThreadPoolExecutor(max_workers=8, thread_name_prefix="files")
_verbs = ThreadPoolExecutor(max_workers=8, thread_name_prefix="verbs")
_pages = ThreadPoolExecutor(max_workers=16, thread_name_prefix="pages")


async def in_file_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """For calls of the storage, which touch no database."""
    return await _run(_files, lambda: call(*args, **kwargs))


async def in_verb_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """For verbs: the thread's database connection is checked before and given back after."""
    async with turn():
        return await _run(_verbs, lambda: _with_connections(lambda: call(*args, **kwargs)))


async def in_page_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """For Django's handler, which looks after its connections itself."""
    async with turn():
        return await _run(_pages, lambda: call(*args, **kwargs))


async def _run(pool: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    """A thread cannot be stopped: who is cancelled still waits for it, so that nobody cleans up behind its back."""
    running = asyncio.get_running_loop().run_in_executor(pool, copy_context().run, call)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _with_connections(call: Callable[[], R]) -> R:
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()
