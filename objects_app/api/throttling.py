"""How often one may call: each second has a counter for every API key and for every address that shows no valid key."""

import time

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from objects_app import shared
from objects_app.errors import TooManyRequests


class KeyThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: object) -> bool:
        refuse_beyond(settings.THROTTLE_KEY_RATE, f"key:{request.auth.pk}")
        return True


def refuse_beyond(rate: int, who: str) -> None:
    """Count this call; beyond `rate` in a second it is one too many."""
    window = f"throttle:{who}:{int(time.time())}"
    if settings.THROTTLE_ENABLED and shared.count(window, seconds=2) > rate:
        raise TooManyRequests
