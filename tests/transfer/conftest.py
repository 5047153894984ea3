"""Two live servers for each test process: one as shipped, and one that has little patience."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest

from objects_app.transfer import addresses
from tests import prepared
from tests.transfer.people import Client, Upload


@pytest.fixture(scope="session")
def alice_live(holdall) -> Iterator[Client]:
    client = Client(holdall)
    yield client
    client.http.close()


@pytest.fixture(scope="session")
def hurried(tmp_path_factory) -> Iterator[Client]:
    """Waits one second for a block, three in all, and takes no object over 64 MiB."""
    server = prepared.start_server(
        tmp_path_factory.mktemp("hurried") / "data",
        THROTTLE_ENABLED="false",
        TRANSFER_IDLE_TIMEOUT="1s",
        TRANSFER_TOTAL_TIMEOUT="3s",
        TRANSFER_MIN_BYTES_PER_SECOND="4096",
        MAX_OBJECT_BYTES=str(64 * 1024 * 1024),
    )
    client = Client(server)
    yield client
    client.http.close()
    server.stop()


@pytest.fixture
def upload(alice_live) -> Upload:
    return alice_live.begin()


@pytest.fixture
def trust(monkeypatch) -> Callable[..., None]:
    """From now on these networks are those of our proxies, and no others."""
    return lambda *networks: monkeypatch.setattr(addresses, "_trusted", lambda: list(map(ip_network, networks)))
