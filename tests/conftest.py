"""People, their clients and a fresh storage; databases and servers of a test's own come from elsewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DateTimeField, Value
from whitenoise.middleware import WhiteNoiseMiddleware

from objects_app import clock, key_cache, shared, storage
from objects_app.lifecycle import sealing
from objects_app.storage.disk import DiskStorage
from objects_app.storage.memory import MemoryStorage
from tests import environment, factories, live

pytest_plugins = [
    "tests.databases",
    "tests.crowds",
    "tests.redis_server",
    "tests.s3_server",
    "tests.two_storages",
    "tests.visits",
]


def pytest_configure():
    if not environment.ON_POSTGRESQL:
        settings.DATABASES["default"]["TEST"]["NAME"] = ":memory:"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """The real hash takes most of a second, for every person of every test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _anchors(settings, tmp_path):
    """A file for each test, as each has a chain of seals of its own."""
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "audit.anchor")


@pytest.fixture(autouse=True, scope="session")
def _static_files_listed_once():
    """Every client of Django's loads the middleware anew, which would list all static files each time."""
    list_files, files = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_files(middleware: WhiteNoiseMiddleware) -> None:
        if not files:
            list_files(middleware)
            files.update(middleware.files)
        middleware.files = files

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files)
        yield


@pytest.fixture
def connections_stay(monkeypatch):
    """For tests that call a handler themselves: their transaction is on the connection that it would give back."""
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture(autouse=True)
def _patient_sealers(monkeypatch):
    """The PostgreSQL of all tests counts the transactions of all its databases together: others hold back seals too."""
    monkeypatch.setattr(sealing, "PATIENCE", timedelta(minutes=1))


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Process-wide memories start empty in every test."""
    key_cache._entries.clear()
    shared.brake.release()
    caches["process"].clear()


@pytest.fixture(autouse=True)
def blobs(monkeypatch) -> MemoryStorage:
    """A fresh storage in memory; `disk` puts a folder in its place."""
    fresh = MemoryStorage()
    _forget_storages()
    monkeypatch.setattr(storage, "_make_storage", lambda: fresh)
    yield fresh
    _forget_storages()


def _forget_storages():
    storage.get_storage.cache_clear()
    storage.other_storage.cache_clear()


@pytest.fixture
def disk(monkeypatch, tmp_path, blobs) -> DiskStorage:
    folder = DiskStorage(tmp_path / "objects")
    folder.prepare(holds_blobs=False)
    monkeypatch.setattr(storage, "_make_storage", lambda: folder)
    _forget_storages()
    return folder


@pytest.fixture
def set_clock(monkeypatch):
    """`set_clock(hours=2)` makes it two hours after the start of the test and returns that moment."""
    start = datetime.now(UTC).replace(microsecond=0)

    def set_clock(**ahead: float) -> datetime:
        moment = start + timedelta(**ahead)
        monkeypatch.setattr(clock, "now", lambda: Value(moment, output_field=DateTimeField()))
        return moment

    return set_clock


@pytest.fixture
def alice(db) -> factories.Person:
    return factories.make_person("alice")


@pytest.fixture
def bob(db) -> factories.Person:
    return factories.make_person("bob")


@pytest.fixture
def alice_api(alice) -> factories.Api:
    return factories.Api(alice.secret)


@pytest.fixture
def bob_api(bob) -> factories.Api:
    return factories.Api(bob.secret)


@pytest.fixture
def anonymous_api(db) -> factories.Api:
    return factories.Api()


@pytest.fixture(scope="session")
def holdall(tmp_path_factory) -> Iterator[live.LiveServer]:
    """One real server for this test process, without throttling; `holdall.key` belongs to its first account."""
    server = live.start_server(tmp_path_factory.mktemp("holdall") / "data", THROTTLE_ENABLED="false")
    yield server
    server.stop()
