"""One run of a job at a time, whoever schedules it. The lock dies with the process or connection that holds it."""

import fcntl
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import Error, connection

ASKED_AGAIN_AFTER = 0.5  # seconds
LOCK_CLASS = 0x484F4C44  # tells our advisory locks from those of others in the same database


@contextmanager
def only_one(job: str) -> Iterator[bool]:
    """Yield whether this run may go on: not where another one holds the lock just now."""
    with _database_lock(job) if connection.vendor == "postgresql" else _file_lock(job) as is_ours:
        yield is_ours


@contextmanager
def one_after_another(job: str) -> Iterator[None]:
    """Wait, however long, until nobody else is at it."""
    while True:
        with only_one(job) as is_ours:
            if is_ours:
                yield
                return
        time.sleep(ASKED_AGAIN_AFTER)


@contextmanager
def _database_lock(job: str) -> Iterator[bool]:
    """Of the session (PostgreSQL, 13.3.5), because each batch is a transaction of its own."""
    number = zlib.crc32(job.encode()) & 0x7FFFFFFF
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, number])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            _unlock(number)


def _unlock(number: int) -> None:
    """A connection that is lost has lost its locks."""
    with suppress(Error), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, number])


@contextmanager
def _file_lock(job: str) -> Iterator[bool]:
    """SQLite is used by one machine, whose kernel lets go of the lock when the process ends, however it ends."""
    settings.LOCKS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(settings.LOCKS_DIR / job, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
