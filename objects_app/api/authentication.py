"""Who calls: the bearer of an API key, and nobody else. Cookies and sessions mean nothing under /v1."""

from dataclasses import replace
from typing import cast

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from objects_app import access, request_id
from objects_app.access import Actor
from objects_app.api.throttling import refuse_beyond
from objects_app.errors import NotAuthenticated
from objects_app.models import ApiKey
from objects_app.operations import keys, refusals


class BearerKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Actor, ApiKey]:
        secret = bearer_of(request.headers.get("Authorization", ""))
        address = request.META["REMOTE_ADDR"]
        key = keys.find_key(secret, address=address)
        if key is None:
            refuse_beyond(settings.THROTTLE_ADDRESS_RATE, f"address:{address}")
            if dead_key := keys.find_dead_key(secret):
                refusals.record_dead_key(dead_key, NotAuthenticated(), address=address)
            raise NotAuthenticated
        return key_actor_at(key, address=address), key


def bearer_of(authorization: str) -> str:
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def key_actor_at(key: ApiKey, *, address: str) -> Actor:
    """Whoever calls with the key, from there and in this request."""
    return replace(access.key_actor(key), address=address, request_id=request_id.current.get())


def actor_of(request: Request) -> Actor:
    return cast("Actor", request.user)  # never a User: only the class above signs anybody in
