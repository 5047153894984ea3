"""Races run on a real database file and real files, with real commits."""

from functools import partial

import pytest

from objects_app.models import State, StoredObject
from tests.factories import Person, make_object, make_person, put_bytes
from tests.races.threads import ROUNDS, Hold


@pytest.fixture(params=range(ROUNDS))
def round_(request) -> int:
    return request.param


@pytest.fixture
def hold(monkeypatch):
    """`hold(module, name)` makes a Hold of this test."""
    return partial(Hold, monkeypatch)


@pytest.fixture
def racer(real_database, disk) -> Person:
    return make_person("alice")


@pytest.fixture
def upload(racer) -> StoredObject:
    """Bytes are there, completion is due."""
    stored_object = make_object(racer, state=State.UPLOADING)
    put_bytes(stored_object, b"first")
    return stored_object


@pytest.fixture
def bodies_on_disk(disk):
    def bodies() -> list[bytes]:
        return sorted(path.read_bytes() for path in disk.folder.glob("??/*"))

    return bodies
