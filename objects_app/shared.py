"""What processes tell each other beside the database: counters and words, in the Redis that REDIS_URL names.

A Redis that is away costs no request its time: after a failure it is not asked again for a second, and then by one
request first; meanwhile each process counts alone, as it does without REDIS_URL. Words are read as they are: the cache
of Django would unpickle them, and so run what whoever reaches Redis has put there.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.conf import settings
from django.core.cache import BaseCache, caches

if TYPE_CHECKING:
    from django.core.cache.backends.redis import RedisCache
    from redis import Redis

logger = logging.getLogger(__name__)
NOT_ASKED_SECONDS = 1.0
COUNT_AND_READ = """
local number = redis.call('INCR', KEYS[1])
if number == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {number, redis.call('GET', KEYS[2])}
"""
Answer = TypeVar("Answer")
_thread = threading.local()


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
    number, _ = count_and_read(name, seconds=seconds, word=name)
    return number


def count_and_read(name: str, *, seconds: int, word: str) -> tuple[int, str | None]:
    """`count` one name and `read` the other, in one round trip."""
    answer = ask(lambda: _count_in_redis(name, seconds, word)) if settings.REDIS_URL else None
    return answer or (_count_here(name, seconds), None)


def forget(name: str) -> None:
    _own().delete(name)
    if settings.REDIS_URL:
        ask(lambda: _command("DEL", _key(name)))


def read(name: str) -> str | None:
    """The word that was written last, empty where none is there; None where Redis does not answer."""
    return ask(lambda: _read_in_redis(name))


def write(name: str, word: str) -> None:
    """It stays until another is written. Redis is asked even if it was away a moment ago."""
    _try(lambda: _command("SET", _key(name), word))


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
        _thread.whose = None  # the next question connects anew, which fails sooner than to connect again does
        brake.pull()
        logger.warning("Redis does not answer; each process counts requests alone: %s", error)
        return None
    brake.release()
    return answer


def _read_in_redis(name: str) -> str:
    return _text_of(cast("bytes | None", _command("GET", _key(name))))


def _count_in_redis(name: str, seconds: int, word: str) -> tuple[int, str]:
    counted = _command("EVAL", COUNT_AND_READ, 2, _key(name), _key(word), seconds)
    number, read = cast("tuple[int, bytes | None]", counted)
    return number, _text_of(read)


def _text_of(word: bytes | None) -> str:
    return (word or b"").decode(errors="replace")


def _command(*parts: str | int) -> object:
    """Past the client, which takes half as long again as the trip; tried again as it would do."""
    own = _connection()
    return own.retry.call_with_retry(lambda: _round_trip(own, parts), lambda _: own.disconnect())


def _round_trip(own: Any, parts: Sequence[str | int]) -> object:
    own.send_command(*parts)
    return own.read_response()


def _connection() -> Any:
    """Each thread keeps one to itself: to borrow one for each question takes a quarter of its time."""
    whose = (settings.REDIS_URL, os.getpid())
    if getattr(_thread, "whose", None) != whose:
        pool = _client_of(settings.REDIS_URL).connection_pool
        _thread.connection = pool.connection_class(**pool.connection_kwargs)
        _thread.connection.connect()  # here, because a command that had to would try four times
        _thread.whose = whose
    return _thread.connection


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
