"""Requests as boto3 signs them, for a store that nobody asks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import s3_server
from tests.sigv4 import Credentials, Request

ENDPOINT = "http://store.example:9000"
ALICE = Credentials("AKALICE", "alice's secret")
KEY = "staging/obj_1/o'neill é~*+.txt"


@pytest.fixture
def make_client() -> Iterator[Callable[..., Any]]:
    clients = []

    def make_client(credentials: Credentials = ALICE, signs_bodies: bool = True) -> Any:
        style = {"addressing_style": "path", "payload_signing_enabled": signs_bodies}
        clients.append(s3_server.make_client(ENDPOINT, credentials, s3=style))
        return clients[-1]

    yield make_client
    for client in clients:
        client.close()


@pytest.fixture
def presign(make_client) -> Callable[..., Request]:
    """`presign("put_object", Key=…)` is the request that a client makes with the URL."""

    def presign(
        action: str, *, by: Credentials = ALICE, seconds: int = 60, headers: Any = (), body: bytes = b"", **more: Any
    ) -> Request:
        parameters = {"Bucket": "bucket", "Key": KEY, **more}
        url = make_client(by).generate_presigned_url(action, Params=parameters, ExpiresIn=seconds)
        return Request.to_url(action.partition("_")[0].upper(), url, headers, body)

    return presign


@pytest.fixture
def capture(make_client) -> Callable[..., Request]:
    """`capture("put_object", …)` is what boto3 would have sent with an Authorization header."""

    class Captured(Exception):
        pass

    def capture(action: str, *, by: Credentials = ALICE, signs_bodies: bool = True, **parameters: Any) -> Request:
        client = make_client(by, signs_bodies)
        sent = []

        def stop(request: Any, **_: Any) -> None:
            body = b"" if request.body is None else getattr(request.body, "read", lambda: request.body)()
            headers = [(name, v.decode() if isinstance(v, bytes) else v) for name, v in request.headers.items()]
            sent.append(Request.to_url(request.method, request.url, headers, body))
            raise Captured

        client.meta.events.register("before-send.s3", stop)
        with pytest.raises(Captured):
            getattr(client, action)(Bucket="bucket", **parameters)
        return sent[0]

    return capture


@pytest.fixture
def through(s3) -> Iterator[Any]:
    """A client that passes the proxy and tries once."""
    client = s3_server.make_client(s3.endpoint_url, s3.credentials, retries={"total_max_attempts": 1})
    yield client
    client.close()
