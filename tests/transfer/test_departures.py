"""Clients that leave in the middle: it is noticed, recorded, and costs nothing."""

from contextlib import ExitStack, suppress

import httpx
import pytest

from tests.live import wait_until
from tests.transfer.wire import Http2, abort, ask, connect, head

MIB = 1024 * 1024
MANY = 100
OF_POOLS = 32  # threads that the three pools of the server may start when they are needed, and keep


def open_blobs(alice_live):
    """How many files of the storage the web worker has open."""
    found = 0
    for link in list_descriptors(alice_live):
        with suppress(FileNotFoundError):  # closed meanwhile
            found += "/objects/" in str(link.readlink())
    return found


def list_descriptors(alice_live):
    return list((alice_live.web_worker() / "fd").iterdir())


@pytest.mark.parametrize("leave", [lambda connection: connection.close(), abort], ids=["closed", "reset"])
def test_a_download_that_the_client_leaves_is_recorded_as_cut(alice_live, leave):
    stored = alice_live.store(b"x" * (64 * MIB))
    url = alice_live.download_url(stored)
    connection = connect(url, receive_buffer=4096)
    connection.sendall(head("GET", url))
    connection.recv(1000)
    leave(connection)
    result, sent = alice_live.download_event(stored)
    assert result == "cut"
    assert sent < 64 * MIB


def test_a_download_whose_http2_stream_is_reset_is_recorded_as_cut(alice_live):
    stored = alice_live.store(b"x" * (64 * MIB))
    url = alice_live.download_url(stored)
    with Http2(url) as connection:
        stream = connection.begin("GET", url, end=True)
        connection.socket.recv(1000)
        connection.reset(stream)
        result, sent = alice_live.download_event(stored)
    assert result == "cut"
    assert sent < 64 * MIB


def test_a_whole_download_is_recorded_with_its_bytes(alice_live):
    stored = alice_live.store(b"x" * 1000)
    url = alice_live.download_url(stored)
    ask(url, head("GET", url, "Range: bytes=0-99"))
    assert alice_live.download_event(stored) == ("ok", 100)


def test_a_hundred_aborted_uploads_leave_nothing_behind(alice_live, upload):
    alice_live.store(b"warm")
    wait_until(lambda: open_blobs(alice_live) == 0)
    for _ in range(MANY):
        connection = connect(upload.url)
        connection.sendall(head("PUT", upload.url, "Content-Length: 1000000") + b"x" * 300_000)
        abort(connection)
    alice_live.wait_until_nothing_is_left()
    wait_until(lambda: open_blobs(alice_live) == 0)
    assert alice_live.has_nothing_staged(upload)


def test_a_hundred_aborted_http2_uploads_leave_nothing_behind(alice_live, upload):
    with ExitStack() as connections:
        for _ in range(MANY):
            connection = connections.enter_context(Http2(upload.url))
            connection.send(connection.begin("PUT", upload.url), b"x" * 60_000)
    alice_live.wait_until_nothing_is_left()
    wait_until(lambda: open_blobs(alice_live) == 0)
    assert alice_live.has_nothing_staged(upload)


def test_aborted_transfers_give_back_every_descriptor_and_thread(alice_live, upload):
    url = alice_live.stored_url(b"x" * (8 * MIB))
    most = count_threads(alice_live) + OF_POOLS
    for _ in range(3):
        abort_many(upload.url, url)
        wait_until(lambda: len(list_descriptors(alice_live)) < MANY)
    wait_until(lambda: count_threads(alice_live) <= most)


def count_threads(person):
    return len(list((person.web_worker() / "task").iterdir()))


def abort_many(upload_url, download_url):
    for _ in range(MANY):
        for message in (head("PUT", upload_url, "Content-Length: 9") + b"x", head("GET", download_url)):
            connection = connect(upload_url)
            connection.sendall(message)
            abort(connection)


def test_capacity_is_whole_after_many_aborts(alice_live, upload):
    abort_many(upload.url, alice_live.stored_url(b"x" * MIB))
    with ExitStack() as connections:
        waiting = [connections.enter_context(httpx.Client()) for _ in range(20)]
        assert {client.put(alice_live.begin().url, content=b"x").status_code for client in waiting} == {200}
