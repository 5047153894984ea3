"""The cache that libraries use, where it is in Redis: while that is away, each process remembers for itself.

Values are JSON, because whoever reaches Redis could have a pickled one run anything.
"""

import json
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool

from objects_app import shared

_pools: dict[tuple[str, ...], dict[int, ConnectionPool]] = {}


class JSONSerializer:
    def dumps(self, value: Any) -> bytes | int:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, stored: bytes) -> Any:
        """What is no JSON was written by nobody here, and is as good as nothing."""
        try:
            return json.loads(stored)
        except ValueError:
            return None


class PoolingClient(RedisCacheClient):
    """Each request has a context of its own, for which Django makes a cache of its own: all share connections."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._pools = _pools.setdefault(tuple(servers), {})


class TolerantRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = PoolingClient

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        answer = shared.ask(lambda: (super(TolerantRedisCache, self).get(key, default, version),))
        return caches["process"].get(key, default) if answer is None else answer[0]

    def set(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        answer = shared.ask(lambda: (super(TolerantRedisCache, self).set(key, value, timeout, version),))
        if answer is None:
            caches["process"].set(key, value, timeout)

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        answer = shared.ask(lambda: (super(TolerantRedisCache, self).add(key, value, timeout, version),))
        return caches["process"].add(key, value, timeout) if answer is None else bool(answer[0])

    def delete(self, key: str, version: int | None = None) -> bool:
        answer = shared.ask(lambda: (super(TolerantRedisCache, self).delete(key, version),))
        return caches["process"].delete(key) if answer is None else bool(answer[0])
