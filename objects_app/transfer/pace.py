"""How fast bytes must move, in either direction, so that slow clients cannot hold what others need."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from django.conf import settings

P = ParamSpec("P")
R = TypeVar("R")


class Pace:
    """One direction of one exchange. Only time spent waiting for the client counts: our own is not held against it."""

    def __init__(self) -> None:
        self.waited = 0.0
        self.bytes = 0

    async def wait_for(self, step: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """Raise TimeoutError where the step stalls, or where the client crawls, or has taken too long altogether."""
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(self._patience()):
                return await step(*args, **kwargs)
        finally:
            self.waited += clock() - started

    def _patience(self) -> float:
        idle = settings.TRANSFER_IDLE_TIMEOUT.total_seconds()
        left = settings.TRANSFER_TOTAL_TIMEOUT.total_seconds() - self.waited
        crawls = self.waited > idle and self.bytes < self.waited * settings.TRANSFER_MIN_BYTES_PER_SECOND
        return 0 if crawls else min(idle, left)
