"""What processes tell each other beside the database: counters and words, in the Redis that REDIS_URL names.

A Redis that is away costs no request its time: after a failure it is not asked again for a second, and then by one
request first. Without REDIS_URL counters stay in this process, and words are not kept here.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar, cast

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

logger = logging.getLogger(__name__)
NOT_ASKED_SECONDS = 1.0
Answer = TypeVar("Answer")


class Brake:
    """Whether Redis may be asked now. Two threads that ask at once when the second is over do no harm."""

    def __init__(self) -> None:
        self.until = 0.0

    def holds(self) -> bool:
        return time.monotonic() < self.until

    def pull(self) -> None:
        self.until = time.monotonic() + NOT_ASKED_SECONDS

    def release(self) -> None:
        self.until = 0.0


brake = Brake()


def count(name: str, *, seconds: int) -> int:
    """How often it was counted within `seconds` from the first time; each is the first while Redis does not answer."""
    counted = _ask(lambda: (_count_in_redis if settings.REDIS_URL else _count_here)(name, seconds))
    return counted or 1


def forget(name: str) -> None:
    _ask(lambda: cache.delete(name))


def read(name: str) -> str | None:
    """The word that was written last, empty where none is there; None where Redis does not answer."""
    return _ask(lambda: cache.get(name, ""))


def write(name: str, word: str) -> None:
    """It stays until another is written. Redis is asked even if it was away a moment ago."""
    _try(lambda: cache.set(name, word, timeout=None))


def _ask(question: Callable[[], Answer]) -> Answer | None:
    if brake.holds():
        return None
    if brake.until:
        brake.pull()
    return _try(question)


def _try(question: Callable[[], Answer]) -> Answer | None:
    try:
        answer = question()
    except RedisError as error:
        brake.pull()
        logger.warning("Redis does not answer; requests are not counted: %s", error)
        return None
    brake.release()
    return answer


def _count_in_redis(name: str, seconds: int) -> int:
    """In one round trip."""
    key = cache.make_key(name)
    # A cache has no public way to more than one command at a time.
    redis = cast("RedisCache", caches["default"])._cache.get_client(key, write=True)  # noqa: SLF001
    with redis.pipeline() as pipeline:
        pipeline.set(key, 0, ex=seconds, nx=True)
        pipeline.incr(key)
        return int(pipeline.execute()[-1])


def _count_here(name: str, seconds: int) -> int:
    cache.add(name, 0, timeout=seconds)
    try:
        return cache.incr(name)
    except ValueError:  # it ran out, or had to make room, in this very moment
        return 1
