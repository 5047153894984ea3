"""How often one may call: each second has a counter for every API key and for every address that shows no valid key."""

import time
from typing import cast

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from objects_app import shared
from objects_app.errors import TooManyRequests
from objects_app.models import ApiKey

WINDOW_SECONDS = 2  # a counter outlives its second


class KeyThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: object) -> bool:
        refuse_beyond(settings.THROTTLE_KEY_RATE, key_name(cast("ApiKey", request.auth).digest))
        return True


def key_name(digest: str) -> str:
    return f"key:{digest}"


def key_window(digest: str) -> str:
    return window_of(key_name(digest))


def window_of(who: str) -> str:
    return f"throttle:{who}:{int(time.time())}"


def refuse_beyond(rate: int, who: str) -> None:
    """Count this call; beyond `rate` in a second it is one too many."""
    if settings.THROTTLE_ENABLED and shared.count(window_of(who), seconds=WINDOW_SECONDS) > rate:
        raise TooManyRequests
