"""Bodies whose length nobody knows at their start: a store refuses them, and this server hands them on to it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.live import LiveServer, start_server
from tests.s3_server import S3


@pytest.fixture
def bucket_behind(moto, tmp_path) -> Iterator[LiveServer]:
    """A server through which all bytes go to and from a bucket."""
    store = S3(moto)
    delivery = {"UPLOAD_DELIVERY": "proxy", "DOWNLOAD_DELIVERY": "proxy", "THROTTLE_ENABLED": "false"}
    server = start_server(tmp_path / "data", **store.environment(), **delivery)
    yield server
    server.stop()
    store.stop()


@pytest.mark.parametrize("shape", ["scaled"], indirect=True, scope="session")
def test_a_store_refuses_a_stream_of_unknown_length_and_the_upload_stays_open(alice, storage_object, now, tag):
    stored = now(storage_object.create(name=tag, content_type="binary"))
    with pytest.raises(httpx.HTTPStatusError, match="411"):
        now(stored.upload_content(alice.stream([b"one", b"two"])))
    now(stored.upload_content(b"one two"))
    assert now(stored.complete()).size_bytes == 7


@pytest.mark.timeout(300)  # a server starts in it
def test_a_stream_reaches_a_store_through_this_server(connect, bucket_behind, tag):
    person = connect(bucket_behind.key, base_url=bucket_behind.base_url)
    stored = person.now(person.storage_object.create(name=tag, content_type="binary"))
    person.now(stored.upload_content(person.stream([b"one ", b"two"])))
    assert person.now(stored.complete()).size_bytes == 7
    assert person.now(stored.download_as_bytes()) == b"one two"
