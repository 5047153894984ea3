"""Downloads of what is in a bucket: on to the store, straight to it, or through this server."""

import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from objects_app import clock
from objects_app.models import AuditEvent, StoredObject
from objects_app.operations import downloads, objects, uploads
from objects_app.operations.objects import NewObject
from tests.asgi import answer_to, send

pytestmark = pytest.mark.usefixtures("bucket", "visits_in_this_thread")
HOUR = timedelta(hours=1)


@pytest.fixture
def stored(alice, s3):
    upload = objects.create_object(NewObject("é.html", "text/html"), actor=alice.actor)
    httpx.put(upload.url, content=b"0123456789")
    return uploads.complete_upload(upload.stored_object, actor=alice.actor)


def url_of(stored, person, **options):
    return downloads.issue_download_url(stored, actor=person.actor, expires_in=HOUR, **options)


def recorded():
    return list(AuditEvent.objects.filter(action="object.content_downloaded").values_list("result", "bytes"))


def test_a_download_url_leads_here_and_on_to_the_store_for_a_minute(alice, stored):
    url = url_of(stored, alice)
    assert urlsplit(url).path == f"/download/{stored.pk}"
    status, headers, _ = answer_to("GET", url)
    assert status == 302
    assert parse_qs(urlsplit(headers["location"]).query)["X-Amz-Expires"] == ["60"]
    assert headers["cache-control"] == "private, no-store"
    fetched = httpx.get(headers["location"])
    assert (fetched.content, fetched.headers["content-type"]) == (b"0123456789", "text/html")
    assert fetched.headers["content-disposition"].startswith("attachment")


def test_a_redirect_is_recorded_and_asks_the_store_nothing(alice, stored, s3):
    calls = len(s3.proxy.calls)
    answer_to("GET", url_of(stored, alice))
    assert (recorded(), len(s3.proxy.calls)) == ([("redirected", None)], calls)


def test_a_head_is_answered_here(alice, stored):
    status, headers, body = answer_to("HEAD", url_of(stored, alice))
    assert (status, headers["content-length"], body) == (200, "10", b"")
    assert (headers["etag"], recorded()) == (f'"{hashlib.sha256(b"0123456789").hexdigest()}"', [])


def test_content_that_the_client_knows_is_not_sent_again(alice, stored):
    known = (b"if-none-match", f'"{stored.sha256}"'.encode())
    assert answer_to("GET", url_of(stored, alice), known)[0] == 304


def test_a_url_of_a_deleted_object_leads_nowhere(alice, stored):
    url = url_of(stored, alice)
    objects.delete_object(stored, actor=alice.actor)
    assert send("GET", url)[0] == 404


def lifetime_of(url):
    return int(parse_qs(urlsplit(url).query)["X-Amz-Expires"][0])


@pytest.mark.parametrize("ends_in", [timedelta(seconds=10), timedelta(milliseconds=500)])
def test_the_redirect_ends_with_the_object(alice, stored, set_clock, ends_in):
    set_clock(hours=0)
    url = url_of(stored, alice)
    StoredObject.objects.update(delete_after=clock.after(ends_in))
    _, headers, _ = answer_to("GET", url)
    assert lifetime_of(headers["location"]) == max(ends_in.seconds, 1)


def test_the_redirect_ends_with_the_url(alice, stored, set_clock):
    set_clock(hours=0)
    url = downloads.issue_download_url(stored, actor=alice.actor, expires_in=timedelta(seconds=7))
    assert lifetime_of(answer_to("GET", url)[1]["location"]) <= 7


def test_a_direct_url_is_the_stores_own_for_a_quarter_of_an_hour_at_most(alice, stored, s3, settings):
    settings.DOWNLOAD_DELIVERY = "direct"
    url = url_of(stored, alice)
    assert url.startswith(s3.endpoint_url)
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["900"]
    assert httpx.get(url).content == b"0123456789"


@pytest.mark.parametrize(
    ("asked", "told"), [(b"bytes=2-4", (206, b"234")), (b"bytes=-1", (206, b"9")), (b"", (200, b"0123456789"))]
)
def test_this_server_sends_the_bytes_where_the_store_cannot_be_reached(alice, stored, settings, asked, told):
    settings.DOWNLOAD_DELIVERY = "proxy"
    status, headers, body = answer_to("GET", url_of(stored, alice), (b"range", asked))
    assert ((status, body), headers["content-security-policy"]) == (told, "sandbox; default-src 'none'")
    assert recorded() == [("ok", len(body))]


def test_bytes_can_come_through_this_server_too(alice, settings, s3):
    settings.UPLOAD_DELIVERY = settings.DOWNLOAD_DELIVERY = "proxy"
    upload = objects.create_object(NewObject("notes", "text"), actor=alice.actor)
    assert send("PUT", upload.url, {"type": "http.request", "body": b"hello", "more_body": False})[0] == 200
    done = uploads.complete_upload(upload.stored_object, actor=alice.actor)
    assert s3.keys("deployment/blob/") == [f"deployment/{done.blob_key}"]
    assert send("GET", url_of(done, alice))[1] == b"hello"


def test_a_pdf_is_shown_by_the_store_only_by_way_of_the_content_host(alice, stored, settings):
    StoredObject.objects.update(content_type="application/pdf")
    pdf = StoredObject.objects.with_current_state().get()
    assert "inline=0" in url_of(pdf, alice, inline=True)
    settings.CONTENT_HOST, settings.CONTENT_BASE_URL = "content.example.com", "https://content.example.com"
    url = url_of(pdf, alice, inline=True)
    kinds = []
    for host in (b"content.example.com", b"objects.example.com"):
        _, headers, _ = answer_to("GET", url, (b"host", host))
        kinds.append(httpx.get(headers["location"]).headers["content-disposition"].partition(";")[0])
    assert (url.startswith("https://content.example.com/"), kinds) == (True, ["inline", "attachment"])
