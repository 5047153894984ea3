"""Messages and counters: in files and in the memory of each process, or in the Redis that REDIS_URL names."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

REDIS_PATH = re.compile(r"(/\d*)?")
PATIENCE_SECONDS = 0.5  # every request counts itself: without Redis it must not wait long
LONGEST_TASK_SECONDS = 3600  # a message that is not acknowledged by then is delivered again
COUNTERS = 100_000  # a full cache drops counters at random, and with them the brakes


def check_redis_url(url: str) -> str:
    if url and not _is_redis_url(url):
        raise ImproperlyConfigured(
            "REDIS_URL is not redis://USER:PASSWORD@HOST:PORT/NUMBER, nor the same with rediss://"
        )
    return url


def _is_redis_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"redis", "rediss"}
            and bool(parts.hostname)
            and parts.port != 0
            and REDIS_PATH.fullmatch(parts.path) is not None
        )
    except ValueError:
        return False


def cache(redis_url: str) -> dict[str, Any]:
    if not redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": COUNTERS}}
    from redis.backoff import NoBackoff  # noqa: PLC0415  only installations with Redis load it
    from redis.retry import Retry  # noqa: PLC0415

    return {
        "BACKEND": "objects_app.redis_cache.TolerantRedisCache",
        "LOCATION": redis_url,
        "KEY_PREFIX": "holdall",
        "OPTIONS": {
            "serializer": "objects_app.redis_cache.JSONSerializer",
            "socket_timeout": PATIENCE_SECONDS,
            "socket_connect_timeout": PATIENCE_SECONDS,
            "retry": Retry(NoBackoff(), 1),  # a connection from before a restart of Redis is replaced unnoticed
        },
    }


def transport_options(redis_url: str, folder: Path) -> dict[str, Any]:
    if redis_url:
        return {"visibility_timeout": LONGEST_TASK_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    return {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }
