"""Alice and Bob, each with the official client in both forms, at a live server; names that belong to one test alone."""

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

import httpx
import pytest

from tests import live as servers
from tests import services
from tests.databases import NAME, new_postgresql
from tests.live import LiveServer
from tests.prepared import SECRET
from tests.redis_server import RedisServer
from tests.s3_server import S3
from tests.sdk.forms import AsyncForm, SyncForm
from tests.sdk.proxy import Proxy
from tests.serve.parts import Site

SHAPES = ["embedded"] if "SDK_BASE_URL" in os.environ else ["embedded", "scaled"]
all_processes_start = pytest.mark.timeout(300)  # in the first test that needs them
on_every_shape = [pytest.mark.parametrize("shape", SHAPES, indirect=True, scope="session"), all_processes_start]
when_scaled = [pytest.mark.parametrize("shape", ["scaled"], indirect=True, scope="session"), all_processes_start]


@dataclass(frozen=True)
class Live:
    """Where a running Holdall is, and the keys of two accounts."""

    base_url: str
    alice_key: str
    bob_key: str

    def as_environment(self):
        return {"SDK_BASE_URL": self.base_url, "SDK_ALICE_KEY": self.alice_key, "SDK_BOB_KEY": self.bob_key}


@pytest.fixture(scope="session", params=["embedded"])
def shape(request) -> str:
    """Everything in one folder; or, in the tests that are `on_every_shape`, also spread over processes and services."""
    return request.param


@pytest.fixture(scope="session")
def front() -> Iterator[Proxy]:
    """Passes requests to both web servers in turn, so that hardly two of one test reach the same."""
    with closing(Proxy()) as front:
        yield front


@pytest.fixture(scope="session")
def site(front, moto, tmp_path_factory) -> Iterator[Site]:
    """One installation for this test process: rows in PostgreSQL, bytes in a bucket, messages in Redis."""
    folder = tmp_path_factory.mktemp("scaled")
    redis = RedisServer(shutil.which("redis-server") or services.is_missing("redis-server is not installed"))
    with ExitStack() as running:
        database_url = running.enter_context(new_postgresql(f"{NAME}_scaled"))
        redis.start()
        running.callback(redis.stop)
        store = S3(moto)
        running.callback(store.stop)
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": SECRET,
            "PUBLIC_BASE_URL": front.url,
            "SWEEP_UPLOADS_EVERY": "2s",
            "THROTTLE_ENABLED": "false",
        }
        site = Site(folder, servers.environment_of(folder / "data", **settings, **store.environment()))
        running.callback(site.stop)
        site.set_up()
        yield site


@pytest.fixture(scope="session")
def webs(site, front) -> list[LiveServer]:
    """Two of them, with two workers and a schedule."""
    webs = [site.start("web", ADDRESS=f"127.0.0.1:{servers.free_port()}") for _ in range(2)]
    workers = [site.start("worker", "--concurrency", "1") for _ in range(2)]
    site.start("beat")
    for web in webs:
        servers.wait_until_it_answers(web)
    servers.wait_until(lambda: all("ready." in worker.printed() for worker in workers))
    front.go_to(*(web.base_url for web in webs))
    return webs


@pytest.fixture(scope="session")
def scaled(webs, front) -> LiveServer:
    return replace(webs[0], base_url=front.url)


@pytest.fixture(scope="session")
def live(request, shape) -> Live:
    """The server of this run, or the one that the run around this one has started already."""
    if "SDK_BASE_URL" in os.environ:
        return Live(*(os.environ[name] for name in ("SDK_BASE_URL", "SDK_ALICE_KEY", "SDK_BOB_KEY")))
    server = request.getfixturevalue("holdall" if shape == "embedded" else shape)
    bob = json.loads(server.manage("create_account", f"Bob {uuid.uuid4().hex}", "--json"))
    return Live(server.base_url, server.key, bob["key"])


@pytest.fixture(scope="session", params=[SyncForm, AsyncForm], ids=["sync", "async"])
def form(request):
    return request.param


@pytest.fixture(scope="session")
def connect(form, live):
    """Make a client of the form under test. Clients are kept to the end, as a program keeps its client."""
    made = {}

    def make(key=live.alice_key, *, base_url=live.base_url, strict=True):
        options = (base_url, key, strict)
        if options not in made:
            made[options] = form(base_url, key, strict=strict)
        return made[options]

    yield make
    for client in made.values():
        client.close()


@pytest.fixture(scope="session")
def alice(connect):
    return connect()


@pytest.fixture(scope="session")
def bob(connect, live):
    return connect(live.bob_key)


@pytest.fixture
def objects(alice):
    return alice.objects


@pytest.fixture
def storage_object(alice):
    return alice.storage_object


@pytest.fixture
def fetch():
    """What is behind a download URL, which leads on to the store where that has the bytes."""
    return lambda url, **options: httpx.get(url, follow_redirects=True, **options)


@pytest.fixture
def now(alice):
    return alice.now


@pytest.fixture
def tag() -> str:
    """Part of the names of one test's objects: their filter in lists that other tests fill too."""
    return f"t{uuid.uuid4().hex}"


@pytest.fixture
def make_completed(objects, now, tag):
    def make(name="", content=b"some bytes", **fields):
        created = now(objects.create(name=name or tag, content_type="text", **fields))
        httpx.put(created.upload_url, content=content).raise_for_status()
        return now(objects.complete(created.id))

    return make


@pytest.fixture(scope="session")
def running_proxy(live):
    between = Proxy(live.base_url)
    yield between
    between.close()


@pytest.fixture
def proxy(running_proxy):
    running_proxy.forget()
    return running_proxy
