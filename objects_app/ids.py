"""Identifiers: a prefix, the time in milliseconds and 128 random bits, in base 62.

The time keeps neighbours in time close in the index; the random bits make an identifier unguessable. It carries no
right: permission is always asked of `access`.
"""

import secrets
import threading
import time
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
LENGTH = 30  # 62 ** 30 is just above 2 ** 176
FURTHEST_AHEAD = 1_000  # milliseconds


def base62(number: int, *, length: int) -> str:
    """The last `length` digits."""
    digits = []
    for _ in range(length // 2):
        number, pair = divmod(number, len(PAIRS))
        digits.append(PAIRS[pair])
    if length % 2:
        digits.append(ALPHABET[number % len(ALPHABET)])
    return "".join(reversed(digits))


def new_id(prefix: str) -> str:
    return _id_of(prefix, _milliseconds())


class OrderedIds:
    """Identifiers in the order in which this process made them, also those of the same millisecond.

    They run ahead of the clock while more than a thousand are made in a second, by FURTHEST_AHEAD at most: beyond that,
    and after a clock was set back by more, some share a millisecond.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._latest = 0
        self._lock = threading.Lock()

    def new_id(self) -> str:
        with self._lock:
            now = _milliseconds()
            self._latest = its_own = min(max(now, self._latest + 1), now + FURTHEST_AHEAD)
        return _id_of(self._prefix, its_own)


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


def _id_of(prefix: str, milliseconds: int) -> str:
    return f"{prefix}_{base62((milliseconds << 128) | secrets.randbits(128), length=LENGTH)}"


def first_id(prefix: str, moment: datetime) -> str:
    """Before all that are made from that moment on, behind all that were made before, by the clock that made them."""
    return f"{prefix}_{base62(int(moment.timestamp() * 1000) << 128, length=LENGTH)}"
