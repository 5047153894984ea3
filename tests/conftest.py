"""People, their clients, a fresh storage, and a database of its own for tests with several threads."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.db.models import DateTimeField, Value

from objects_app import clock, key_cache, storage
from objects_app.storage.disk import DiskStorage
from objects_app.storage.memory import MemoryStorage
from tests import factories, live


def pytest_configure():
    settings.DATABASES["default"]["TEST"]["NAME"] = ":memory:"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """The real hash takes most of a second, for every person of every test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Process-wide memories start empty in every test."""
    key_cache._entries.clear()
    cache.clear()


@pytest.fixture(autouse=True)
def blobs(monkeypatch) -> MemoryStorage:
    """A fresh storage in memory; `disk` puts a folder in its place."""
    fresh = MemoryStorage()
    storage.get_storage.cache_clear()
    monkeypatch.setattr(storage, "_make_storage", lambda: fresh)
    yield fresh
    storage.get_storage.cache_clear()


@pytest.fixture
def disk(monkeypatch, tmp_path, blobs) -> DiskStorage:
    folder = DiskStorage(tmp_path / "objects")
    folder.prepare(holds_blobs=False)
    monkeypatch.setattr(storage, "_make_storage", lambda: folder)
    storage.get_storage.cache_clear()
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
def migrated_database(django_db_blocker, tmp_path_factory) -> Path:
    """A migrated SQLite file, copied for each test that needs a database of its own."""
    path = tmp_path_factory.mktemp("database") / "template.sqlite3"
    with django_db_blocker.unblock(), _database_at(path):
        call_command("migrate", verbosity=0)
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def real_database(migrated_database, django_db_blocker, tmp_path) -> Path:
    """A database file of this test alone: commits are real, and every thread has its own connection to it."""
    path = tmp_path / "holdall.sqlite3"
    shutil.copy(migrated_database, path)
    with django_db_blocker.unblock(), _database_at(path):
        yield path


@contextmanager
def _database_at(path: Path) -> Iterator[None]:
    """Every thread's connections lead to this file; the test process's own is put back afterwards."""
    before = connections["default"]
    name = connections.settings["default"]["NAME"]
    connections.settings["default"]["NAME"] = str(path)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"]["NAME"] = name
        connections["default"] = before


@pytest.fixture(scope="session")
def holdall(tmp_path_factory) -> Iterator[live.LiveServer]:
    """One real server for this test process, without throttling; `holdall.key` belongs to its first account."""
    server = live.start_server(tmp_path_factory.mktemp("holdall") / "data", THROTTLE_ENABLED="false")
    yield server
    server.stop()
