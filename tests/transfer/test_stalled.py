"""Many slow clients at once: others are answered while all of them stall."""

from contextlib import ExitStack

import pytest

from tests.live import wait_until
from tests.transfer.wire import connect, head

MANY = 200
SLOW_HEADERS = 60
MIB = 1024 * 1024


@pytest.fixture
def stalled(alice_live):
    """200 uploads that stop in mid-body, 200 downloads that nobody reads, 60 requests whose headers never end."""
    uploads = [alice_live.begin() for _ in range(MANY)]
    url = alice_live.stored_url(b"x" * (16 * MIB))
    with ExitStack() as connections:
        messages = [head("PUT", upload.url, "Content-Length: 1000000") + b"x" * 1000 for upload in uploads]
        messages += [head("GET", url)] * MANY + [b"GET /healthz HTTP/1.1\r\nHost: "] * SLOW_HEADERS
        for message in messages:
            connections.enter_context(connect(url, receive_buffer=4096)).sendall(message)
        wait_until(lambda: len(alice_live.parts()) == MANY)
        yield


def test_others_are_answered_while_460_clients_stall(alice_live, stalled):
    upload = alice_live.store(b"hello")
    assert alice_live.http.get(alice_live.download_url(upload)).content == b"hello"
    assert len(alice_live.parts()) == MANY
