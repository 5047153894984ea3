"""Refusals before or while the body arrives: who asked first sends nothing, the others still get their answer."""

import httpx
import pytest

from tests.transfer.wire import chunk, connect, head, is_closed_by_server, read_answer, receive

EXPECT = "Expect: 100-continue"
TOO_MUCH = 65 * 1024 * 1024
MIB = 1024 * 1024


def ask_first(url, *headers, method="PUT"):
    with connect(url) as connection:
        connection.sendall(head(method, url, EXPECT, *headers))
        return receive(connection)


def test_a_client_that_asks_first_is_told_to_go_on(alice_live, upload):
    with connect(upload.url) as connection:
        connection.sendall(head("PUT", upload.url, EXPECT, "Content-Length: 3"))
        assert receive(connection) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert read_answer(connection).status == 200
    assert alice_live.complete(upload).json()["size_bytes"] == 3


def test_a_bad_signature_is_refused_before_the_body(upload):
    assert ask_first(upload.url + "0", "Content-Length: 1000").startswith(b"HTTP/1.1 403 ")


def test_too_large_a_body_is_refused_before_it_is_sent(hurried):
    url = hurried.begin().url
    assert ask_first(url, f"Content-Length: {TOO_MUCH}").startswith(b"HTTP/1.1 413 ")


def test_a_body_that_fits_on_no_disk_is_refused_before_it_is_sent(upload):
    assert ask_first(upload.url, f"Content-Length: {10**18}").startswith(b"HTTP/1.1 507 ")


def test_a_finished_object_refuses_bytes_before_they_are_sent(alice_live):
    stored = alice_live.store(b"done")
    assert ask_first(stored.url, "Content-Length: 1000").startswith(b"HTTP/1.1 403 ")


def test_the_api_refuses_too_large_a_body_before_it_is_sent(alice_live):
    url = f"{alice_live.server.base_url}/v1/objects"
    assert ask_first(url, f"Content-Length: {2 * MIB}", method="POST").startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
def test_a_form_that_is_too_large_is_told_by_a_page(alice_live, chunked):
    body = b" " * (2 * MIB)
    content = iter([body]) if chunked else body
    answer = httpx.post(f"{alice_live.server.base_url}/keys/new", content=content)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert answer.headers["x-request-id"] in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize("kind", ["upload", "API"])
def test_who_sends_all_before_reading_gets_the_refusal(alice_live, upload, http2, chunked, kind):
    body = b" " * (5 * MIB)
    content = (body[start : start + 65_536] for start in range(0, len(body), 65_536)) if chunked else body
    url = upload.url + "0" if kind == "upload" else f"{alice_live.server.base_url}/v1/objects"
    with httpx.Client(http1=not http2, http2=http2, timeout=30) as client:
        answer = client.request("PUT" if kind == "upload" else "POST", url, content=content)
    assert answer.status_code == (403 if kind == "upload" else 413)
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_refused_client_that_never_stops_sending_is_cut_off(upload):
    url = upload.url + "0"
    with connect(url) as connection:
        connection.sendall(head("PUT", url, "Transfer-Encoding: chunked"))
        with pytest.raises(OSError, match=r"reset|pipe"):
            connection.sendall(chunk(b"x" * MIB) * 100)


def test_chunks_beyond_the_limit_are_refused_and_leave_nothing(hurried):
    upload = hurried.begin()
    blocks = (b"x" * MIB for _ in range(TOO_MUCH // MIB))
    assert httpx.put(upload.url, content=blocks, timeout=60).status_code == 413
    assert hurried.has_nothing_staged(upload)
    hurried.wait_until_nothing_is_left()


def test_the_connection_of_a_refused_upload_takes_no_body_for_a_request(upload):
    smuggled = head("GET", "/healthz")
    with connect(upload.url) as connection:
        connection.sendall(head("PUT", upload.url + "0", EXPECT, f"Content-Length: {len(smuggled)}"))
        assert read_answer(connection).status == 403
        connection.sendall(smuggled)
        assert is_closed_by_server(connection)
