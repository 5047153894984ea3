"""Bytes that are left over: which go, and which never do."""

import pytest

from objects_app import clock
from objects_app.lifecycle import leftovers
from objects_app.lifecycle.sweeps import Swept
from objects_app.models import State, StoredObject
from objects_app.operations import damage, objects
from objects_app.storage import get_storage
from tests.factories import make_object, put_bytes
from tests.operations.history import row, storage_fails

NOTHING = Swept(rows=0, bytes=0, more=False)


def purge(**limit) -> Swept:
    return leftovers.purge_bytes(before=clock.now(), **limit)


def leave_bytes(person, monkeypatch, *, state=State.DELETED) -> StoredObject:
    """An object whose bytes the storage could not delete in time."""
    with monkeypatch.context() as broken:
        stored_object = make_object(person, content=b"hello")
        broken.setattr(get_storage(), "delete", storage_fails)
        objects.delete_object(stored_object, actor=person.actor)
    return stored_object


def test_bytes_that_stayed_behind_are_purged(alice, blobs, monkeypatch):
    left = leave_bytes(alice, monkeypatch)
    assert purge() == Swept(rows=1, bytes=5, more=False)
    assert (blobs.blobs, row(left).blob_key) == ({}, "")
    assert purge() == NOTHING


def test_bytes_that_still_cannot_be_deleted_stay_for_the_next_time(alice, blobs, monkeypatch):
    leave_bytes(alice, monkeypatch)
    monkeypatch.setattr(get_storage(), "delete", storage_fails)
    assert purge(limit=1).rows == 0
    assert len(blobs.blobs) == 1


def test_bytes_that_cannot_be_deleted_do_not_keep_others_waiting(alice, blobs, monkeypatch):
    stuck, other = (leave_bytes(alice, monkeypatch) for _ in range(2))
    really_delete = blobs.delete
    monkeypatch.setattr(
        blobs, "delete", lambda keys: storage_fails() if row(stuck).blob_key in keys else really_delete(keys)
    )
    while row(other).blob_key:
        purge(limit=1)
    assert row(stuck).blob_key


def test_purging_empty_objects_goes_on_until_none_is_left(alice, monkeypatch):
    with monkeypatch.context() as broken:
        empty = [make_object(alice, content=b"") for _ in range(3)]
        broken.setattr(get_storage(), "delete", storage_fails)
        for each in empty:
            objects.delete_object(each, actor=alice.actor)
    assert [purge(limit=2) for _ in range(2)] == [Swept(2, 0, more=True), Swept(1, 0, more=False)]


@pytest.mark.parametrize("state", [State.UPLOADING, State.READ_ONLY])
def test_bytes_that_are_in_use_are_never_purged(alice, blobs, state):
    kept = make_object(alice, state=state)
    if state == State.UPLOADING:
        put_bytes(kept, b"hello")
    assert purge() == NOTHING
    assert list(blobs.blobs.values()) == [b"hello"]


def test_completed_bytes_that_were_found_damaged_stay_until_the_object_is_deleted(alice, blobs):
    damaged = make_object(alice, content=b"hello")
    damage.report_damage(row(damaged), damage.MISSING, actor=alice.actor)
    assert purge() == NOTHING
    assert (row(damaged).state, list(blobs.blobs.values())) == (State.ERROR, [b"hello"])
    objects.delete_object(damaged, actor=alice.actor)
    assert blobs.blobs == {}


def test_bytes_that_cannot_be_deleted_are_told_to_the_operator(alice, monkeypatch):
    left = leave_bytes(alice, monkeypatch)
    monkeypatch.setattr(get_storage(), "delete", storage_fails)
    assert purge().trouble == (f"{left.pk}: its bytes cannot be deleted",)
