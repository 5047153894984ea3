"""What the processes of an installation remember together, in the Redis of REDIS_URL; without one, each for itself.

A Redis that does not answer is asked again after a second, by one request: the others do not wait for it meanwhile.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.cache import cache as own_memory
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)
T = TypeVar("T")
PREFIX = "holdall:"
PATIENCE_SECONDS = 0.5
PAUSE_SECONDS = 1.0
# The time of a counter runs from its first call. A script is one round trip, and never leaves a counter without an end.
COUNT = """
local calls = redis.call('INCR', KEYS[1])
if calls == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return calls
"""


class NoAnswer(Exception):
    """Redis does not answer now, or did not within the last second."""


class Brake:
    def __init__(self) -> None:
        self._lock = Lock()
        self._closed_until = 0.0

    def lets_pass(self) -> bool:
        with self._lock:
            if time.monotonic() < self._closed_until:
                return False
            if self._closed_until:  # this one finds out for all
                self.close()
            return True

    def close(self) -> None:
        self._closed_until = time.monotonic() + PAUSE_SECONDS

    def open(self) -> None:
        self._closed_until = 0.0


brake = Brake()


def count(counter: str, *, seconds: int) -> int:
    """Calls so far, this one included, since the first of them, which is less than `seconds` ago."""
    if not settings.REDIS_URL:
        return _count_here(counter, seconds=seconds)
    try:
        return _ask(lambda redis: cast("int", redis.eval(COUNT, 1, PREFIX + counter, seconds)))
    except NoAnswer:
        return _count_here(counter, seconds=seconds)


def forget(counter: str) -> None:
    own_memory.delete(counter)
    if settings.REDIS_URL:
        try:
            _ask(lambda redis: redis.delete(PREFIX + counter))
        except NoAnswer as error:
            logger.warning("%s could not be forgotten: %s", counter.partition(":")[0], error)


def read(name: str) -> bytes | None:
    """None where nothing was written, or Redis has lost it; NoAnswer where nobody knows."""
    return _ask(lambda redis: cast("bytes | None", redis.get(PREFIX + name)))


def write(name: str, value: str) -> None:
    """However lately Redis did not answer."""
    brake.open()
    _ask(lambda redis: redis.set(PREFIX + name, value))


def _ask(question: "Callable[[Redis], T]") -> T:
    if not brake.lets_pass():
        raise NoAnswer("Redis did not answer a moment ago")
    try:
        answer = question(_client(settings.REDIS_URL))
    except RedisError as error:
        brake.close()
        logger.warning("Redis does not answer; each process counts alone, and revoked keys live for seconds: %s", error)
        raise NoAnswer(str(error)) from error
    brake.open()
    return answer


@cache
def _client(url: str) -> Redis:
    """A connection from before a restart of Redis is replaced unnoticed: each question is asked twice at most."""
    patience: dict[str, Any] = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    return Redis.from_url(url, **patience, retry=Retry(NoBackoff(), 1))


def _count_here(counter: str, *, seconds: int) -> int:
    own_memory.add(counter, 0, timeout=seconds)
    try:
        return own_memory.incr(counter)
    except ValueError:  # it ran out, or out of the memory, in this very moment
        return 1
