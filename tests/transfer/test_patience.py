"""Slow clients: a body or a download that stalls, crawls or takes too long is ended, and what it held is free again."""

import time
from contextlib import suppress

import pytest

from tests.transfer.wire import Http2, ask, chunk, connect, head, is_closed_by_server, read_answer

MIB = 1024 * 1024
FRAMINGS = {"length": ("Content-Length: 100000", b"x" * 10), "chunks": ("Transfer-Encoding: chunked", chunk(b"x" * 10))}


def trickle(connection, piece, *, every):
    """Send on at a client's own slow pace until the server has had enough of it."""
    connection.settimeout(every)
    with suppress(ConnectionError):
        while True:
            connection.sendall(piece)
            with suppress(TimeoutError):
                return read_answer(connection)
    return None


@pytest.mark.parametrize(("framing", "piece"), FRAMINGS.values(), ids=FRAMINGS)
def test_a_stalled_upload_ends_with_408_and_leaves_nothing(hurried, framing, piece):
    upload = hurried.begin()
    assert ask(upload.url, head("PUT", upload.url, framing) + piece).status == 408
    assert hurried.has_nothing_staged(upload)
    assert hurried.parts() == []


def test_a_stalled_upload_over_http2_ends_with_408(hurried):
    upload = hurried.begin()
    with Http2(upload.url) as connection:
        stream = connection.begin("PUT", upload.url)
        connection.send(stream, b"abc")
        assert connection.answer(stream).status == 408
    assert hurried.has_nothing_staged(upload)


def test_a_stalled_body_of_an_api_call_ends_with_408(hurried):
    url = f"{hurried.server.base_url}/v1/objects"
    answer = ask(url, head("POST", url, "Content-Length: 100") + b"{")
    assert (answer.status, b'"code":"body_timeout"' in answer.body) == (408, True)


def test_an_upload_that_crawls_ends_with_408(hurried):
    upload = hurried.begin()
    with connect(upload.url) as connection:
        connection.sendall(head("PUT", upload.url, "Content-Length: 1000000"))
        assert trickle(connection, b"x" * 100, every=0.2).status == 408


def test_an_upload_that_takes_too_long_altogether_ends_with_408(hurried):
    upload = hurried.begin()
    with connect(upload.url) as connection:
        connection.sendall(head("PUT", upload.url, "Content-Length: 60000000"))
        assert trickle(connection, b"x" * 10_000, every=0.2).status == 408
    assert hurried.has_nothing_staged(upload)


def test_a_stalled_download_is_cut_and_recorded_as_cut(hurried):
    stored = hurried.store(b"x" * (32 * MIB))
    url = hurried.download_url(stored)
    with connect(url, receive_buffer=4096) as connection:
        connection.sendall(head("GET", url))
        result, sent = hurried.download_event(stored)
        assert is_closed_by_server(connection)
    assert result == "cut"
    assert sent < 32 * MIB


def test_a_stalled_download_over_http2_is_cut_and_recorded_as_cut(hurried):
    stored = hurried.store(b"x" * (32 * MIB))
    url = hurried.download_url(stored)
    with Http2(url) as connection:
        connection.begin("GET", url, end=True)
        result, sent = hurried.download_event(stored)
    assert result == "cut"
    assert sent < 32 * MIB


def test_a_download_that_takes_too_long_altogether_is_cut(hurried):
    stored = hurried.store(b"x" * (32 * MIB))
    url = hurried.download_url(stored)
    with connect(url, receive_buffer=65_536) as connection:
        connection.sendall(head("GET", url))
        while not hurried.events(stored, "object.content_downloaded"):
            connection.recv(65_536)
            time.sleep(0.01)  # the client's own pace
    assert hurried.download_event(stored)[0] == "cut"
