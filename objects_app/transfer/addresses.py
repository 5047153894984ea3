"""Whose address a request came from. Forwarded addresses count only behind the proxies that a setting names."""

import ipaddress
from functools import cache

from django.conf import settings

from objects_app.transfer.exchange import Message

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@cache
def _trusted() -> list[Network]:
    return [ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES]


def client_address(scope: Message) -> str:
    """The nearest address that is no proxy of ours; forged entries further to the left are never reached."""
    client = _peer(scope)
    if not _is_trusted(client):
        return client
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    for address in reversed([part.strip() for part in ",".join(forwarded).split(",")]):
        if not _is_address(address):
            return client
        client = address
        if not _is_trusted(address):
            return client
    return client


def comes_from_proxy(scope: Message) -> bool:
    """Whether one of our proxies sent this, whose word on the client's own connection counts."""
    return _is_trusted(_peer(scope))


def client_scheme(scope: Message) -> str | None:
    """How the client reached our proxy, as the proxy says; None where none of ours says anything."""
    if comes_from_proxy(scope):
        for name, value in scope["headers"]:
            if name.lower() == b"x-forwarded-proto":
                return str(value.decode("latin-1")).partition(",")[0].strip().lower()
    return None


def _peer(scope: Message) -> str:
    """Who opened the connection."""
    peer: str = (scope.get("client") or ("127.0.0.1", 0))[0]
    return peer


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str) -> bool:
    networks = _trusted()
    if not networks:
        return False
    address = ipaddress.ip_address(text)
    return any(address in network for network in networks)
