"""The way to Django on a live server: Django sees what a client sends, and oddities are refused, not failures."""

import httpx
import pytest

from objects_app.transfer.wsgi import environ_of
from tests.transfer.wire import Http2, ask, connect, head, is_closed_by_server, read_answer


class Request:
    """As much of an exchange as the environment is made of."""

    method, path, query, address, request_id = "GET", "/", "", "192.0.2.1", "req_1"

    def __init__(self, *headers, raw_path=b"/"):
        self.scope = {"headers": headers, "raw_path": raw_path, "http_version": "2", "server": ("here", "80")}


def test_split_cookies_are_joined():
    environ = environ_of(Request((b"cookie", b"a=1"), (b"cookie", b"b=2")), b"")
    assert environ["HTTP_COOKIE"] == "a=1; b=2"


def test_repeated_headers_are_joined():
    assert environ_of(Request((b"x-a", b"1"), (b"x-a", b"2")), b"")["HTTP_X_A"] == "1,2"


def test_header_names_with_an_underscore_are_dropped():
    environ = environ_of(Request((b"x_forwarded_proto", b"https"), (b"content_length", b"5")), b"abc")
    assert "HTTP_X_FORWARDED_PROTO" not in environ
    assert environ["CONTENT_LENGTH"] == "3"


@pytest.mark.parametrize(("proxies", "believed"), [([], False), (["127.0.0.0/8"], True)])
def test_only_a_proxy_of_ours_is_believed_what_scheme_its_client_used(trust, proxies, believed):
    trust(*proxies)
    environ = environ_of(Request((b"x-forwarded-proto", b"https")), b"")
    assert ("HTTP_X_FORWARDED_PROTO" in environ) == believed


@pytest.mark.parametrize(("raw", "seen"), [(b"/a%20b", "/a b"), (b"/%C3%A9", "/\xc3\xa9"), (b"/%ff", "/\xff")])
def test_the_path_reaches_django_as_bytes_in_latin_1(raw, seen):
    assert environ_of(Request(raw_path=raw), b"")["PATH_INFO"] == seen


@pytest.fixture(scope="module")
def base(alice_live):
    return alice_live.server.base_url


@pytest.mark.parametrize(
    "path", ["/%ff", "/%00", "/%0d%0aX:y", "/v1/objects/%ff", "/..%2f..%2fetc", "/download/obj_%ff?a"]
)
@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_odd_paths_are_client_errors(base, path, http2):
    with httpx.Client(http1=not http2, http2=http2) as client:
        assert 400 <= client.get(f"{base}{path}").status_code < 500


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "BREW"])
@pytest.mark.parametrize("path", ["/v1/objects", "/healthz", "/", "/upload/obj_x", "/download/obj_x"])
def test_odd_methods_are_refused(base, method, path):
    with connect(base) as connection:
        connection.sendall(head(method, f"{base}{path}"))
        assert read_answer(connection).status in {400, 401, 403, 404, 405, 501}


def test_the_authority_of_http2_is_the_host(base):
    with Http2(base) as connection:
        assert connection.answer(connection.begin("GET", "/healthz", end=True)).status == 200
        connection.authority = "evil.example"
        assert connection.answer(connection.begin("GET", "/v1/objects", end=True)).status in {400, 401}


def test_a_foreign_host_is_refused(base):
    assert httpx.get(f"{base}/sign-in/", headers={"Host": "evil.example"}).status_code == 400


def test_a_head_of_a_page_has_no_body(base):
    got, headed = httpx.get(f"{base}/healthz"), httpx.head(f"{base}/healthz")
    assert (headed.status_code, headed.content) == (got.status_code, b"")


def test_a_head_over_a_kept_connection_is_followed_by_the_next_answer(base):
    with connect(base) as connection:
        for method in ("HEAD", "GET", "HEAD", "GET"):
            connection.sendall(head(method, f"{base}/healthz"))
            assert read_answer(connection, bodiless=method == "HEAD").status == 200


def test_pipelined_requests_are_answered_in_order(base):
    with connect(base) as connection:
        connection.sendall(
            head("GET", f"{base}/healthz", "X-Request-Id: one") + head("GET", f"{base}/nope", "X-Request-Id: two")
        )
        received = b""
        while received.count(b"HTTP/1.1 ") < 2 or b"two" not in received:
            received += connection.recv(65_536)
    assert received.index(b"one") < received.index(b"two")


def test_too_long_a_url_is_refused(base):
    assert ask(base, head("GET", f"{base}/{'x' * 100_000}")).status in {0, 404, 414}


@pytest.mark.parametrize("header", [f"X-Large: {'x' * 1_000_000}", "\r\n".join(f"X-{n}: y" for n in range(500))])
def test_too_large_a_head_is_refused(base, header):
    with connect(base) as connection:
        connection.sendall(head("GET", f"{base}/healthz", header))
        assert read_answer(connection).status in {0, 400, 431}


@pytest.mark.parametrize(
    "rubbish", [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 100 + b"\r\n\r\n"]
)
def test_what_is_not_http_ends_the_connection(base, rubbish):
    with connect(base) as connection:
        connection.sendall(rubbish)
        assert is_closed_by_server(connection)


def test_a_client_that_leaves_while_django_works_disturbs_nobody(alice_live, base):
    for _ in range(20):
        with connect(base) as connection:
            connection.sendall(head("GET", f"{base}/v1/objects", f"Authorization: Bearer {alice_live.server.key}"))
    assert alice_live.http.get("/v1/objects").status_code == 200


def test_a_streamed_file_arrives_whole(base):
    assert httpx.get(f"{base}/static/css/app.css").content.strip()


def test_a_header_that_is_said_twice_means_both(alice_live, base):
    """Django joins them: two keys are none."""
    key = ("Authorization", f"Bearer {alice_live.server.key}")
    url = f"{base}/v1/objects"
    assert [httpx.get(url, headers=keys).status_code for keys in ([key], [key], [key, key])] == [200, 200, 401]


def test_a_body_of_an_api_call_may_be_chunked(alice_live):
    created = alice_live.http.post("/v1/objects", content=iter([b'{"name": "a",', b' "content_type": "text"}']))
    assert created.status_code == 200
