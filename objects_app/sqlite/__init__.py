"""Django's SQLite backend with a queue for writers."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import connection


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Inside, writers wait only so long for SQLite's one write lock. Other databases let writers go on together."""
    wait = getattr(connection, "waiting_at_most", None)
    with wait(seconds) if wait else nullcontext():
        yield
