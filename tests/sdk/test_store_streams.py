"""Bodies whose length nobody knows at their start, which a store refuses: this server hands them on to it."""

from collections.abc import Iterator

import pytest

from tests.live import LiveServer
from tests.prepared import start_server
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


@pytest.mark.timeout(300)  # a server starts in it
def test_a_stream_reaches_a_store_through_this_server(connect, bucket_behind, tag):
    person = connect(bucket_behind.key, base_url=bucket_behind.base_url)
    stored = person.now(person.storage_object.create(name=tag, content_type="binary"))
    person.now(stored.upload_content(person.stream([b"one ", b"two"])))
    assert person.now(stored.complete()).size_bytes == 7
    assert person.now(stored.download_as_bytes()) == b"one two"
