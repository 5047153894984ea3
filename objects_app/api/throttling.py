"""How often one may call: each second has a counter for every API key and for every address that shows no valid key."""

import logging
import time

from django.conf import settings
from django.core.cache import cache
from redis import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from objects_app.errors import TooManyRequests

logger = logging.getLogger(__name__)


class KeyThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: object) -> bool:
        refuse_beyond(settings.THROTTLE_KEY_RATE, f"key:{request.auth.pk}")
        return True


def refuse_beyond(rate: int, who: str) -> None:
    """Count this call; beyond `rate` in a second it is one too many."""
    if settings.THROTTLE_ENABLED and _count(who) > rate:
        raise TooManyRequests


def _count(who: str) -> int:
    """Calls of this second so far, this one included; without a cache that answers, every call is the first."""
    window = f"throttle:{who}:{int(time.time())}"
    try:
        cache.add(window, 0, timeout=2)
        return cache.incr(window)
    except ValueError:  # the counter went out of the cache in between
        return 1
    except RedisError as error:
        logger.warning("requests are not counted: %s", error)
        return 1
