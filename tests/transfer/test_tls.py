"""Behind a proxy that speaks TLS: clear text is refused where it hurts, and every answer over TLS carries HSTS."""

import httpx
import pytest

from tests import live, prepared
from tests.transfer.people import NEW
from tests.transfer.wire import Http2

BASE = "https://objects.example.com"
HOST = {"Host": "objects.example.com"}
CLEAR, TLS = {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https"}
HSTS = "max-age=31536000; includeSubDomains"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = prepared.start_server(
        tmp_path_factory.mktemp("tls") / "data",
        PUBLIC_BASE_URL=BASE,
        TRUSTED_PROXIES="127.0.0.1",
        THROTTLE_ENABLED="false",
        METRICS_TOKEN="a token that is long enough",
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def download_path(server):
    with httpx.Client(base_url=server.base_url, headers=HOST | TLS | {"Authorization": f"Bearer {server.key}"}) as api:
        created = api.post("/v1/objects", json=NEW).json()
        api.put(created["upload_url"].removeprefix(BASE), content=b"hello").raise_for_status()
        api.post(f"/v1/objects/{created['id']}/complete").raise_for_status()
        return api.get(f"/v1/objects/{created['id']}/download").json()["download_url"].removeprefix(BASE)


def get(server: live.LiveServer, path: str, *headers: dict[str, str]) -> httpx.Response:
    sent = HOST.copy()
    for more in headers:
        sent |= more
    return httpx.get(f"{server.base_url}{path}", headers=sent)


@pytest.mark.parametrize("path", ["/", "/sign-in/?next=/objects/%3Fa=b", "//evil.example/x", "/%0d%0aX:%20y"])
def test_a_page_in_clear_text_is_sent_on_to_https(server, path):
    answer = get(server, path, CLEAR)
    assert answer.status_code == 308
    assert answer.headers["location"].startswith(f"{BASE}/")
    assert not answer.headers["location"].startswith(f"{BASE}//")


def test_the_query_is_sent_on_with_the_page(server):
    assert get(server, "/sign-in/?next=/a%3Fb", CLEAR).headers["location"] == f"{BASE}/sign-in/?next=/a%3Fb"


@pytest.mark.parametrize("path", ["/v1", "/v1/objects", "/v1/objects/obj_x", "/metrics"])
def test_a_call_in_clear_text_is_refused_and_not_sent_on(server, path):
    answer = get(server, path, CLEAR, {"Authorization": f"Bearer {server.key}"})
    assert (answer.status_code, answer.json()["code"]) == (426, "https_required")
    assert answer.headers["upgrade"] == "TLS/1.3, HTTP/1.1"


def test_a_call_in_clear_text_over_http2_is_refused_without_an_upgrade(server):
    with Http2(server.base_url) as connection:
        answer = connection.answer(connection.begin("GET", "/v1/objects", ("x-forwarded-proto", "http"), end=True))
    assert answer.status == 426
    assert "upgrade" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_in_clear_text_too(server, path):
    assert get(server, path, CLEAR).status_code == 200


def test_a_signed_url_works_in_clear_text_too(server, download_path):
    assert get(server, download_path, CLEAR).content == b"hello"


@pytest.mark.parametrize("scheme", [{}, TLS, {"X-Forwarded-Proto": "https, http"}])
def test_a_call_over_tls_or_past_the_proxy_is_answered(server, scheme):
    assert get(server, "/v1/objects", scheme, {"Authorization": f"Bearer {server.key}"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz", "/sign-in/", "/v1/objects", "/static/css/app.css", "/download/obj_x", "/x"]
)
def test_every_answer_over_tls_carries_hsts_once(server, path):
    assert get(server, path, TLS).headers.get_list("strict-transport-security") == [HSTS]


def test_calls_that_go_past_django_carry_hsts_over_tls_alone(server):
    key = {"Authorization": f"Bearer {server.key}"}
    carried = [
        get(server, "/v1/objects", scheme, key).headers.get_list("strict-transport-security")
        for scheme in (TLS, TLS, {}, TLS)
    ]
    assert carried == [[HSTS], [HSTS], [], [HSTS]]


def test_a_download_over_tls_carries_hsts(server, download_path):
    assert get(server, download_path, TLS).headers["strict-transport-security"] == HSTS


@pytest.mark.parametrize("path", ["/healthz", "/sign-in/"])
@pytest.mark.parametrize("scheme", [{}, CLEAR])
def test_no_answer_in_clear_text_carries_hsts(server, path, scheme):
    assert "strict-transport-security" not in get(server, path, scheme).headers
