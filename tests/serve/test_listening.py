"""Addresses, and whether one can listen there."""

import socket

import pytest

from objects_app.listening import is_wildcard, split_address, try_to_bind


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("localhost:1", ("localhost", 1)),
        ("[::1]:65535", ("::1", 65535)),
    ],
)
def test_an_address_is_host_and_port(address, parts):
    assert split_address(address) == parts


@pytest.mark.parametrize(
    "address",
    [
        "",
        "8000",
        ":8000",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:70000",
        "host:http",
        "a@b:1",
        "h:1/x",
        "::1:80",
    ],
)
def test_anything_else_is_refused_in_one_sentence(address):
    with pytest.raises(ValueError, match="is not HOST:PORT, such as"):
        split_address(address)


def test_a_wildcard_is_told_from_a_host():
    hosts = ["0.0.0.0", "::", "localhost", "127.0.0.9", "::1", "192.0.2.1", "objects.example.com"]  # noqa: S104
    assert [host for host in hosts if is_wildcard(host)] == hosts[:2]


def test_a_port_that_is_shared_with_others_counts_as_taken():
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(OSError, match="Address already in use"):
            try_to_bind("127.0.0.1", listener.getsockname()[1])


def test_an_address_of_another_machine_cannot_be_bound():
    with pytest.raises(OSError, match="assign requested address"):
        try_to_bind("192.0.2.1", 8000)
