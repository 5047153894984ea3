"""Alice and Bob, each with the official client in both forms, at a live server; names that belong to one test alone."""

import json
import os
import uuid
from dataclasses import dataclass

import httpx
import pytest

from tests.sdk.forms import AsyncForm, SyncForm
from tests.sdk.proxy import Proxy


@dataclass(frozen=True)
class Live:
    """Where a running Holdall is, and the keys of two accounts."""

    base_url: str
    alice_key: str
    bob_key: str

    def as_environment(self):
        return {"SDK_BASE_URL": self.base_url, "SDK_ALICE_KEY": self.alice_key, "SDK_BOB_KEY": self.bob_key}


@pytest.fixture(scope="session")
def live(request) -> Live:
    """The server of this run, or the one that the run around this one has started already."""
    if "SDK_BASE_URL" in os.environ:
        return Live(*(os.environ[name] for name in ("SDK_BASE_URL", "SDK_ALICE_KEY", "SDK_BOB_KEY")))
    holdall = request.getfixturevalue("holdall")
    bob = json.loads(holdall.manage("create_account", "Bob", "--json"))
    return Live(holdall.base_url, holdall.key, bob["key"])


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
