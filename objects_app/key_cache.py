"""Live API keys in the memory of this process, for some seconds, and the stamp by which a revocation reaches all.

The stamp is a random word in Redis, or where there is none the modification time of one file in the data folder: one
look per request. It is read before the database is, so that a key loaded while it was being revoked is forgotten at the
next request. While Redis does not answer nobody knows the stamp, and keys live in memory as long as without one; those
loaded meanwhile are asked for again when it is back, whatever it then says.
"""

import logging
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings

from objects_app import common_memory
from objects_app.common_memory import NoAnswer
from objects_app.models import ApiKey

logger = logging.getLogger(__name__)
Stamp = int | bytes | None
UNKNOWN = -1  # no stamp is that
STAMP = "keys-stamp"
KEPT_SECONDS = 5.0  # the bound where a process died between revoking a key and stamping, or Redis does not answer
KEPT_KEYS = 10_000


@dataclass(frozen=True)
class Entry:
    key: ApiKey
    stamp: Stamp
    until: float


_entries: dict[str, Entry] = {}
_stamping = Lock()


def get_or_load(digest: str, load: Callable[[], ApiKey | None]) -> ApiKey | None:
    stamp = _read_stamp()
    entry = _entries.get(digest)
    if entry and stamp in (entry.stamp, UNKNOWN) and time.monotonic() < entry.until:
        return entry.key
    key = load()
    if key is None:
        _entries.pop(digest, None)
        return None
    if len(_entries) >= KEPT_KEYS:
        _entries.clear()
    _entries[digest] = Entry(key, stamp, time.monotonic() + _seconds_to_keep(key))
    return key


def forget_all() -> None:
    """Called after a revocation or suspension was committed: every process asks the database again."""
    if settings.REDIS_URL:
        _stamp_redis()
    else:
        _stamp_file()


def _stamp_redis() -> None:
    _entries.clear()
    try:
        common_memory.write(STAMP, secrets.token_hex(16))
    except NoAnswer:
        logger.warning("other processes learn only in %.0f s that keys are dead", KEPT_SECONDS)


def _stamp_file() -> None:
    with _stamping:
        settings.KEY_STAMP_FILE.touch(mode=0o600)
        stamp = max(time.time_ns(), _time_of_file() + 1)
        os.utime(settings.KEY_STAMP_FILE, ns=(stamp, stamp))


def _read_stamp() -> Stamp:
    if not settings.REDIS_URL:
        return _time_of_file()
    try:
        return common_memory.read(STAMP)
    except NoAnswer:
        return UNKNOWN


def _time_of_file() -> int:
    try:
        return os.stat(settings.KEY_STAMP_FILE).st_mtime_ns
    except FileNotFoundError:
        return 0


def _seconds_to_keep(key: ApiKey) -> float:
    if key.expires_at is None:
        return KEPT_SECONDS
    return min(KEPT_SECONDS, (key.expires_at - key.seen_at).total_seconds())
