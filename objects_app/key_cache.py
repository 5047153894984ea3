"""Live API keys in the memory of this process, for some seconds, and the stamp by which a revocation reaches all.

The stamp is the modification time of one file in the data folder: one look at the file per request. It is read before
the database is, so that a key loaded while it was being revoked is forgotten at the next request.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings

from objects_app.models import ApiKey

KEPT_SECONDS = 5.0  # the bound where a process died between revoking a key and stamping the file
KEPT_KEYS = 10_000


@dataclass(frozen=True)
class Entry:
    key: ApiKey
    stamp: int
    until: float


_entries: dict[str, Entry] = {}
_stamping = Lock()


def get_or_load(digest: str, load: Callable[[], ApiKey | None]) -> ApiKey | None:
    stamp = _read_stamp()
    entry = _entries.get(digest)
    if entry and entry.stamp == stamp and time.monotonic() < entry.until:
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
    with _stamping:
        settings.KEY_STAMP_FILE.touch(mode=0o600)
        stamp = max(time.time_ns(), _read_stamp() + 1)
        os.utime(settings.KEY_STAMP_FILE, ns=(stamp, stamp))


def _read_stamp() -> int:
    try:
        return os.stat(settings.KEY_STAMP_FILE).st_mtime_ns
    except FileNotFoundError:
        return 0


def _seconds_to_keep(key: ApiKey) -> float:
    if key.expires_at is None:
        return KEPT_SECONDS
    return min(KEPT_SECONDS, (key.expires_at - key.seen_at).total_seconds())
