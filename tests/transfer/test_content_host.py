"""The second host name for hosted bytes: nothing else is there, and a PDF is shown there alone."""

from datetime import timedelta

import pytest

from objects_app.operations import downloads
from tests.asgi import answer_to
from tests.factories import make_object

pytestmark = pytest.mark.usefixtures("visits_in_this_thread")
HOUR = timedelta(hours=1)
CONTENT = (b"host", b"Content.Example.com:8443")
MAIN = (b"host", b"objects.example.com")


@pytest.fixture
def _apart(settings):
    settings.PUBLIC_BASE_URL = "https://objects.example.com"
    settings.CONTENT_HOST, settings.CONTENT_BASE_URL = "content.example.com", "https://content.example.com"


def url_of(person, content_type, *, inline=True):
    stored_object = make_object(person, "a.pdf", content=b"%PDF", content_type=content_type)
    return downloads.issue_download_url(stored_object, actor=person.actor, expires_in=HOUR, inline=inline)


def kind_of(answer) -> str:
    return answer[1]["content-disposition"].partition(";")[0]


@pytest.mark.usefixtures("_apart")
def test_a_pdf_is_shown_by_the_content_host(alice):
    url = url_of(alice, "application/pdf")
    assert url.startswith("https://content.example.com/download/")
    status, headers, body = answer = answer_to("GET", url, CONTENT)
    assert (status, kind_of(answer), body) == (200, "inline", b"%PDF")
    assert (headers["content-type"], headers["x-content-type-options"]) == ("application/pdf", "nosniff")
    assert "set-cookie" not in headers


@pytest.mark.usefixtures("_apart")
def test_the_same_url_at_the_main_host_is_a_download(alice):
    assert kind_of(answer_to("GET", url_of(alice, "application/pdf"), MAIN)) == "attachment"


@pytest.mark.usefixtures("_apart")
@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml"])
def test_what_brings_scripts_of_pages_is_a_download_at_each_host(alice, content_type):
    url = url_of(alice, content_type)
    assert url.startswith("https://objects.example.com/")
    assert kind_of(answer_to("GET", url, CONTENT)) == "attachment"


@pytest.mark.usefixtures("_apart")
def test_what_is_saved_comes_from_the_main_host_and_what_is_shown_does_not(alice):
    assert url_of(alice, "image/png", inline=False).startswith("https://objects.example.com/download/")
    url = url_of(alice, "image/png")
    assert url.startswith("https://content.example.com/download/")
    assert kind_of(answer_to("GET", url, CONTENT)) == "inline"


def test_without_a_content_host_a_pdf_is_a_download(alice):
    url = url_of(alice, "application/pdf")
    assert "inline=0" in url
    assert kind_of(answer_to("GET", url, CONTENT)) == "attachment"


@pytest.mark.usefixtures("_apart", "db")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    ["/", "/v1/objects", "/accounts/login/", "/static/css/app.css", "/healthz", "/upload/obj_x?v=1", "/download/"],
)
def test_nothing_else_is_at_the_content_host(method, path):
    status, headers, body = answer_to(method, path, CONTENT)
    assert (status, headers["content-type"]) == (404, "application/json")
    assert b'"not_found"' in body
    assert "set-cookie" not in headers


@pytest.mark.usefixtures("_apart", "db")
@pytest.mark.parametrize("host", [b"content.example.com.", b"content.example.com:1", b"x@content.example.com"])
def test_the_content_host_is_known_however_it_is_spelled(host):
    assert answer_to("GET", "/", (b"host", host))[0] == 404
