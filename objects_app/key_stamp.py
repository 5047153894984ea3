"""The stamp by which a revocation reaches every process: each one leaves another.

It is a random word in Redis where REDIS_URL names one, else the modification time of one file in the data folder.
"""

import os
import secrets
import time
from threading import Lock

from django.conf import settings

from objects_app import shared

NAME = "key-stamp"
_stamping = Lock()


def read() -> str | None:
    """One look at the file, or one round trip. None: Redis does not answer, so nobody can tell."""
    return shared.read(NAME) if settings.REDIS_URL else str(_changed_at())


def read_and_count(name: str, *, seconds: int) -> tuple[str | None, int]:
    """The same, and how often `name` was counted: still one round trip."""
    if settings.REDIS_URL:
        number, stamp = shared.count_and_read(name, seconds=seconds, word=NAME)
        return stamp, number
    return read(), shared.count(name, seconds=seconds)


def renew() -> None:
    if settings.REDIS_URL:
        shared.write(NAME, secrets.token_hex(16))
        return
    with _stamping:
        settings.KEY_STAMP_FILE.touch(mode=0o600)
        stamp = max(time.time_ns(), _changed_at() + 1)
        os.utime(settings.KEY_STAMP_FILE, ns=(stamp, stamp))


def _changed_at() -> int:
    try:
        return os.stat(settings.KEY_STAMP_FILE).st_mtime_ns
    except FileNotFoundError:
        return 0
