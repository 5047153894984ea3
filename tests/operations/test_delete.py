"""Deletion: at once, for good, as often as asked."""

import pytest
from django.db import DatabaseError

from objects_app import access, audit
from objects_app.errors import NotAllowed, ScopeMissing, StorageFull
from objects_app.models import MetadataPair, State
from objects_app.operations import keys, objects
from objects_app.operations.objects import NewObject
from objects_app.storage import get_storage
from tests.factories import OPERATOR, make_object, put_bytes
from tests.operations.history import actions_on, database_fails, row, storage_fails


@pytest.fixture
def notes(alice):
    return make_object(alice, metadata={"team": "red"}, is_public=True)


@pytest.mark.parametrize("state", State)
def test_every_object_can_be_deleted(alice, state):
    deleted = objects.delete_object(make_object(alice, state=state), actor=alice.actor)
    assert (deleted.state, deleted.current_state) == (State.DELETED, State.DELETED)


def test_the_bytes_are_gone_before_the_answer(alice, notes, blobs):
    objects.delete_object(notes, actor=alice.actor)
    assert (blobs.blobs, row(notes).blob_key) == ({}, "")


def test_staged_bytes_are_gone_before_the_answer(alice, blobs):
    upload = make_object(alice, state=State.UPLOADING)
    put_bytes(upload, b"half way")
    objects.delete_object(upload, actor=alice.actor)
    assert (blobs.blobs, row(upload).staging_key) == ({}, "")


def test_the_tombstone_keeps_labels_and_times_but_nothing_of_the_content(alice, notes):
    tombstone = objects.delete_object(notes, actor=alice.actor)
    assert (tombstone.name, tombstone.content_type, tombstone.created_at) == (
        "notes.txt",
        "text/plain",
        notes.created_at,
    )
    assert (tombstone.metadata, tombstone.sha256, tombstone.blob_key) == ({}, "", "")
    assert tombstone.deleted_at is not None
    assert not MetadataPair.objects.exists()


def test_no_declared_or_staged_hash_outlives_the_content(alice):
    new = NewObject("n", "text", declared_sha256="0" * 64)
    upload = objects.create_object(new, actor=alice.actor).stored_object
    put_bytes(upload, b"x")
    tombstone = objects.delete_object(upload, actor=alice.actor)
    assert (tombstone.declared_sha256, tombstone.staged_sha256) == ("", "")


def test_deletion_is_recorded_once_however_often_it_is_asked_for(alice, notes):
    for _ in range(3):
        assert objects.delete_object(notes, actor=alice.actor).state == State.DELETED
    assert actions_on(notes)[-1] == "object.deleted"
    assert actions_on(notes).count("object.deleted") == 1


def test_the_time_of_deletion_is_that_of_the_first(alice, notes, set_clock):
    first = set_clock(hours=1)
    objects.delete_object(notes, actor=alice.actor)
    set_clock(hours=2)
    assert objects.delete_object(notes, actor=alice.actor).deleted_at == first


def test_a_stranger_deletes_nothing(bob, notes, blobs):
    with pytest.raises(NotAllowed):
        objects.delete_object(notes, actor=bob.actor)
    assert (row(notes).state, len(blobs.blobs)) == (State.READ_ONLY, 1)


def test_a_key_that_only_reads_deletes_nothing(alice, notes):
    key, _ = keys.create_key(alice.account, name="reader", actor=OPERATOR, scopes=("objects:read",))
    with pytest.raises(ScopeMissing):
        objects.delete_object(notes, actor=access.key_actor(key))


def test_a_failing_audit_leaves_object_and_bytes_as_they_were(alice, notes, blobs, monkeypatch):
    monkeypatch.setattr(audit, "record_each", database_fails)
    with pytest.raises(DatabaseError):
        objects.delete_object(notes, actor=alice.actor)
    assert (row(notes).state, row(notes).metadata, len(blobs.blobs)) == (State.READ_ONLY, {"team": "red"}, 1)
    assert MetadataPair.objects.count() == 1


def out_of_room(*args):
    raise StorageFull


@pytest.mark.parametrize("failure", [storage_fails, out_of_room])
def test_a_failing_storage_leaves_the_keys_for_the_sweep(alice, notes, monkeypatch, failure):
    key = row(notes).blob_key
    monkeypatch.setattr(get_storage(), "delete", failure)
    tombstone = objects.delete_object(notes, actor=alice.actor)
    assert (tombstone.state, tombstone.blob_key) == (State.DELETED, key)
