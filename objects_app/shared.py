"""What processes tell each other beside the database: counters and words, in the Redis that REDIS_URL names.

A Redis that is away costs no request its time: after a failure it is not asked again for a second, and then by one
request first; meanwhile each process counts alone, as it does without REDIS_URL. Words are read as they are: the cache
of Django would unpickle them, and so run what whoever reaches Redis has put there.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar, cast

from django.conf import settings
from django.core.cache import BaseCache, caches

if TYPE_CHECKING:
    from django.core.cache.backends.redis import RedisCache
    from redis import Redis

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
    """How often it was counted within `seconds` from the first time."""
    counted = ask(lambda: _count_in_redis(name, seconds)) if settings.REDIS_URL else None
    return counted or _count_here(name, seconds)


def forget(name: str) -> None:
    _own().delete(name)
    if settings.REDIS_URL:
        ask(lambda: _redis().delete(_key(name)))


def read(name: str) -> str | None:
    """The word that was written last, empty where none is there; None where Redis does not answer."""
    return ask(lambda: _read_in_redis(name))


def write(name: str, word: str) -> None:
    """It stays until another is written. Redis is asked even if it was away a moment ago."""
    _try(lambda: _redis().set(_key(name), word))


def ask(question: Callable[[], Answer]) -> Answer | None:
    """The answer to a question to Redis; None where it does not answer."""
    if brake.holds():
        return None
    if brake.until:
        brake.pull()
    return _try(question)


def _try(question: Callable[[], Answer]) -> Answer | None:
    from redis import RedisError  # noqa: PLC0415  only installations with Redis load it

    try:
        answer = question()
    except RedisError as error:
        brake.pull()
        logger.warning("Redis does not answer; each process counts requests alone: %s", error)
        return None
    brake.release()
    return answer


def _read_in_redis(name: str) -> str:
    word = cast("bytes | None", _redis().get(_key(name)))
    return (word or b"").decode(errors="replace")


def _count_in_redis(name: str, seconds: int) -> int:
    """In one round trip."""
    with _redis().pipeline() as pipeline:
        pipeline.set(_key(name), 0, ex=seconds, nx=True)
        pipeline.incr(_key(name))
        return int(pipeline.execute()[-1])


def _redis() -> "Redis":
    return _client_of(settings.REDIS_URL)


def _key(name: str) -> str:
    return _cache_of(settings.REDIS_URL).make_key(name)


@cache
def _client_of(redis_url: str) -> "Redis":
    """A cache has no public way to its server. All threads may use its client."""
    return _cache_of(redis_url)._cache.get_client(write=True)  # noqa: SLF001


@cache
def _cache_of(redis_url: str) -> "RedisCache":  # noqa: ARG001  by which it is kept
    """The default one, which Django would make anew for each request."""
    return cast("RedisCache", caches.create_connection("default"))


def _count_here(name: str, seconds: int) -> int:
    _own().add(name, 0, timeout=seconds)
    try:
        return _own().incr(name)
    except ValueError:  # it ran out, or had to make room, in this very moment
        return 1


def _own() -> BaseCache:
    return caches["process"]
