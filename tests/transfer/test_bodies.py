"""Bodies that break off or lie about their length: nothing is staged, nothing is left behind, and others are served."""

import httpx
import pytest
from h2.errors import ErrorCodes

from tests.live import wait_until
from tests.transfer.wire import Http2, abort, ask, chunk, connect, head

CHUNKED = "Transfer-Encoding: chunked"
CASES = {
    "a chunk that is cut": ([CHUNKED], b"10\r\nabc"),
    "a cut between two chunks": ([CHUNKED], chunk(b"abc")),
    "a chunk without a size": ([CHUNKED], chunk(b"abc") + b"zz\r\nabc\r\n0\r\n\r\n"),
    "a negative chunk": ([CHUNKED], b"-3\r\nabc\r\n0\r\n\r\n"),
    "a chunk longer than its size": ([CHUNKED], b"2\r\nabc\r\n0\r\n\r\n"),
    "a chunk of more than 64 bits": ([CHUNKED], b"FFFFFFFFFFFFFFFFFF\r\nabc\r\n"),
    "an end that is not one": ([CHUNKED], chunk(b"abc") + b"0\r\n\x00\x01"),
    "less than was declared": (["Content-Length: 10"], b"abc"),
    "two lengths": (["Content-Length: 3", "Content-Length: 4"], b"abcd"),
    "a length with a sign": (["Content-Length: +3"], b"abc"),
    "a second coding": (["Transfer-Encoding: gzip, chunked"], chunk(b"abc") + b"0\r\n\r\n"),
    "a coding other than chunked": (["Transfer-Encoding: identity"], b"abc"),
}
BROKEN = pytest.mark.parametrize(("headers", "body"), CASES.values(), ids=CASES)


@BROKEN
def test_a_broken_body_is_refused_and_leaves_nothing(alice_live, upload, headers, body):
    answer = ask(upload.url, head("PUT", upload.url, *headers) + body, half_close=True)
    assert answer.status == 400
    assert alice_live.has_nothing_staged(upload)
    alice_live.wait_until_nothing_is_left()


@BROKEN
def test_a_broken_body_leaves_the_earlier_one_in_place(alice_live, upload, headers, body):
    assert httpx.put(upload.url, content=b"earlier").status_code == 200
    ask(upload.url, head("PUT", upload.url, *headers) + body, half_close=True)
    assert alice_live.complete(upload).json()["size_bytes"] == len(b"earlier")


@pytest.mark.parametrize("framing", ["Content-Length: 1000000", CHUNKED])
@pytest.mark.parametrize("leave", [lambda connection: connection.close(), abort], ids=["closed", "reset"])
def test_a_connection_lost_in_mid_body_leaves_nothing(alice_live, upload, framing, leave):
    connection = connect(upload.url)
    connection.sendall(head("PUT", upload.url, framing) + chunk(b"x" * 300_000))
    wait_until(alice_live.parts)
    leave(connection)
    alice_live.wait_until_nothing_is_left()
    assert alice_live.has_nothing_staged(upload)


@pytest.mark.parametrize("code", [ErrorCodes.NO_ERROR, ErrorCodes.CANCEL, ErrorCodes.INTERNAL_ERROR])
@pytest.mark.parametrize("headers", [[], [("content-length", "300000")]], ids=["no length", "length"])
def test_an_http2_stream_reset_in_mid_body_leaves_nothing(alice_live, upload, code, headers):
    with Http2(upload.url) as connection:
        stream = connection.begin("PUT", upload.url, *headers)
        connection.send(stream, b"x" * 60_000)
        wait_until(alice_live.parts)
        connection.reset(stream, code)
        alice_live.wait_until_nothing_is_left()
        assert alice_live.has_nothing_staged(upload)


def test_an_http2_stream_reset_in_one_breath_with_its_bytes_leaves_nothing(alice_live, upload):
    with Http2(upload.url) as connection:
        stream = connection.begin("PUT", upload.url)
        connection.protocol.send_data(stream, b"abc")
        connection.reset(stream, ErrorCodes.NO_ERROR)
        assert connection.answer(connection.begin("GET", "/healthz", end=True)).status == 200
    wait_until(lambda: not alice_live.parts())
    assert alice_live.has_nothing_staged(upload)


def test_an_http2_connection_lost_in_mid_body_leaves_nothing(alice_live, upload):
    with Http2(upload.url) as connection:
        connection.send(connection.begin("PUT", upload.url), b"x" * 60_000)
        wait_until(alice_live.parts)
    alice_live.wait_until_nothing_is_left()
    assert alice_live.has_nothing_staged(upload)


@pytest.mark.parametrize("declared", ["2", "10"])
def test_an_http2_body_of_another_length_than_declared_is_not_staged(alice_live, upload, declared):
    with Http2(upload.url) as connection:
        stream = connection.begin("PUT", upload.url, ("content-length", declared))
        connection.send(stream, b"abcde", end=True)
        assert connection.answer(stream).status != 200
    assert alice_live.has_nothing_staged(upload)


WHOLE = {
    "no bytes": (["Content-Length: 0"], b"", 0),
    "no chunks": ([CHUNKED], b"0\r\n\r\n", 0),
    "chunks of unknown length": ([CHUNKED], chunk(b"abc") + chunk(b"de") + b"0\r\n\r\n", 5),
    "a chunk with an extension": ([CHUNKED], b"3;a=b\r\nabc\r\n0\r\n\r\n", 3),
    "a trailer": ([CHUNKED], chunk(b"abc") + b"0\r\nX-Checksum: 1\r\n\r\n", 3),
    "rubbish after the body": (["Content-Length: 3"], b"abc\x00RUBBISH\r\n\r\n", 3),
    "rubbish after the last chunk": ([CHUNKED], chunk(b"abc") + b"0\r\n\r\n\x00RUBBISH\r\n\r\n", 3),
}


@pytest.mark.parametrize(("headers", "body", "size"), WHOLE.values(), ids=WHOLE)
def test_a_whole_body_is_staged_as_it_is(alice_live, upload, headers, body, size):
    assert ask(upload.url, head("PUT", upload.url, *headers) + body).status == 200
    assert alice_live.complete(upload).json()["size_bytes"] == size


def test_a_put_that_says_nothing_of_a_body_is_refused(alice_live, upload):
    assert ask(upload.url, head("PUT", upload.url)).status == 411
    assert alice_live.has_nothing_staged(upload)


@pytest.mark.parametrize("body", [b"", b"abc"])
def test_an_http2_body_without_a_length_is_staged(alice_live, upload, body):
    with Http2(upload.url) as connection:
        stream = connection.begin("PUT", upload.url)
        connection.send(stream, body, end=True)
        assert connection.answer(stream).status == 200
    assert alice_live.complete(upload).json()["size_bytes"] == len(body)


@pytest.mark.parametrize("kind", ["a chunk that is cut", "less than was declared"])
def test_a_broken_body_of_an_api_call_is_a_400(alice_live, kind):
    headers, body = CASES[kind]
    url = f"{alice_live.server.base_url}/v1/objects"
    answer = ask(url, head("POST", url, *headers) + body, half_close=True)
    assert answer.status == 400
