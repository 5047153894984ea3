"""A real nginx with the configuration that is shipped, in front of a real server."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import live, nginx, prepared
from tests.transfer.people import Client


@pytest.fixture(scope="session")
def front(tmp_path_factory) -> Iterator[Client]:
    """A client that speaks to nginx; its `server` is the one behind it."""
    folder = tmp_path_factory.mktemp("front")
    port = live.free_port()
    public = f"http://127.0.0.1:{port}"
    server = prepared.start_server(
        folder / "data",
        PUBLIC_BASE_URL=public,
        TRUSTED_PROXIES="127.0.0.1",
        X_ACCEL_LOCATION="/_objects/",
        UPLOAD_BODY_FOLDER=str(folder / "data" / "bodies"),
        THROTTLE_ENABLED="false",
    )
    address = server.environment["ADDRESS"]
    nginx_process = nginx.start(nginx.rendered(folder, port=port, address=address, data_dir=server.data_dir))
    try:
        live.wait_until(lambda: nginx_process.poll() is None and live.answers(public))
        client = Client(replace(server, base_url=public))
        yield client
        client.http.close()
    finally:
        nginx_process.kill()
        nginx_process.wait()
        server.stop()


@pytest.fixture
def behind(front) -> str:
    """Where the server itself answers."""
    return f"http://{front.server.environment['ADDRESS']}"
