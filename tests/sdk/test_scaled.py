"""The client at an installation of several processes: no request needs the process that answered the one before."""

import httpx
import psycopg
import pytest

from tests.live import wait_until
from tests.sdk.conftest import when_scaled

pytestmark = when_scaled


def test_one_web_server_goes_on_with_what_the_other_has_begun(objects, now, make_completed, fetch, webs):
    completed = make_completed(content=b"hello")
    assert fetch(now(objects.download(completed.id)).download_url).content == b"hello"
    wait_until(lambda: all(completed.id in web.printed() for web in webs))


def test_a_worker_deletes_what_its_time_to_live_has_ended(objects, now, tag, site):
    created = now(objects.create(name=tag, content_type="text", ttl_ms=1))

    def state():
        with psycopg.connect(site.environment["DATABASE_URL"]) as database:
            return database.execute("SELECT state FROM objects_app_storedobject WHERE id = %s", [created.id]).fetchone()

    wait_until(lambda: state() == ("DELETED",))


def test_a_store_refuses_a_stream_of_unknown_length_and_the_upload_stays_open(alice, storage_object, now, tag):
    stored = now(storage_object.create(name=tag, content_type="binary"))
    with pytest.raises(httpx.HTTPStatusError, match="411"):
        now(stored.upload_content(alice.stream([b"one", b"two"])))
    now(stored.upload_content(b"one two"))
    assert now(stored.complete()).size_bytes == 7
