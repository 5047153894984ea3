"""Live API keys in the memory of this process, for some seconds, until a stamp tells that something was revoked.

The stamp is read before the database is, so that a key loaded while it was being revoked is forgotten at the next
request. Where it cannot be read, keys are kept for their seconds and no longer; this process knows its own revocations.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from objects_app import key_stamp
from objects_app.models import ApiKey

KEPT_SECONDS = 5.0  # the bound where a process died between revoking a key and stamping, or the stamp was lost
KEPT_KEYS = 10_000


@dataclass(frozen=True)
class Entry:
    key: ApiKey
    stamp: str | None
    generation: int
    until: float


_entries: dict[str, Entry] = {}
_generation = 0  # how often this process itself revoked something


def get_or_load(digest: str, load: Callable[[], ApiKey | None], *, stamp: str | None) -> ApiKey | None:
    """`stamp` is as it was read for this request."""
    generation = _generation
    entry = _entries.get(digest)
    if entry and _holds(entry, stamp):
        return entry.key
    key = load()
    if key is None:
        _entries.pop(digest, None)
        return None
    if len(_entries) >= KEPT_KEYS:
        _entries.clear()
    _entries[digest] = Entry(key, stamp, generation, time.monotonic() + _seconds_to_keep(key))
    return key


def _holds(entry: Entry, stamp: str | None) -> bool:
    is_newest = stamp in (None, entry.stamp) and entry.generation == _generation
    return is_newest and time.monotonic() < entry.until


def forget_all() -> None:
    """Called after a revocation or suspension was committed: every process asks the database again."""
    global _generation  # noqa: PLW0603  one number for the process
    _generation += 1
    key_stamp.renew()


def _seconds_to_keep(key: ApiKey) -> float:
    if key.expires_at is None:
        return KEPT_SECONDS
    return min(KEPT_SECONDS, (key.expires_at - key.seen_at).total_seconds())
