"""Whose address counts, with and without proxies in front."""

import pytest

from objects_app.transfer import addresses
from objects_app.transfer.addresses import client_address


@pytest.fixture(autouse=True)
def _proxies(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "fd00::/8"]
    addresses._trusted.cache_clear()
    yield
    addresses._trusted.cache_clear()


def address(client, *forwarded):
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return client_address({"client": (client, 1234), "headers": headers})


@pytest.mark.parametrize(
    ("client", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, rubbish"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
    ],
)
def test_the_nearest_address_that_is_no_proxy_counts(client, forwarded, expected):
    assert address(client, *forwarded) == expected


def test_a_server_on_a_unix_socket_sees_the_local_address():
    assert client_address({"client": None, "headers": []}) == "127.0.0.1"


def test_without_trusted_proxies_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = []
    addresses._trusted.cache_clear()
    assert address("10.0.0.1", "198.51.100.1") == "10.0.0.1"
