"""Changing the labels, the visibility and the time to live of an object."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from objects_app import access, audit
from objects_app.errors import NotAllowed, ScopeMissing, WrongState
from objects_app.models import IdempotencyRecord, MetadataPair, State
from objects_app.operations import keys, objects, uploads
from objects_app.operations.objects import ObjectChanges
from objects_app.operations.repeats import Fingerprint
from tests.factories import OPERATOR, make_object, put_bytes
from tests.operations.history import actions_on, database_fails, row

REQUEST = Fingerprint("PATCH", "/v1/objects/x", "retry-1", b'{"name": "new"}')
VERBS = [objects.publish, objects.unpublish, lambda o, *, actor: objects.change_object(o, RENAME, actor=actor)]
RENAME = ObjectChanges(name="Straße")


@pytest.fixture
def notes(alice):
    return make_object(alice, metadata={"team": "red", "step": "1"})


def change(person, stored_object, fingerprint=None, **changes):
    return objects.change_object(stored_object, ObjectChanges(**changes), actor=person.actor, fingerprint=fingerprint)


def test_a_new_name_is_found_folded(alice, notes):
    changed = change(alice, notes, name="Straße")
    assert (changed.name, changed.folded_name) == ("Straße", "strasse")


def test_metadata_is_replaced_whole_in_row_and_index(alice, notes):
    assert change(alice, notes, metadata={"team": "blue"}).metadata == {"team": "blue"}
    assert list(MetadataPair.objects.values_list("key", "value")) == [("team", "blue")]


def test_what_is_not_named_stays(alice, notes):
    before = row(notes)
    changed = change(alice, notes, name="new")
    untouched = ("metadata", "is_public", "delete_after", "size_bytes", "sha256", "blob_key", "state", "created_at")
    assert [getattr(changed, name) for name in untouched] == [getattr(before, name) for name in untouched]


def test_a_time_to_live_counts_from_the_change_and_can_be_lifted(alice, notes, set_clock):
    moment = set_clock(hours=5)
    limited = change(alice, notes, limits_life=True, time_to_live=timedelta(hours=1))
    assert limited.delete_after == moment + timedelta(hours=1)
    assert change(alice, notes, limits_life=True).delete_after is None


def test_a_change_is_recorded_with_its_fields_and_a_change_of_nothing_is_not(alice, notes):
    history = actions_on(notes)
    change(alice, notes)
    assert actions_on(notes) == history
    change(alice, notes, name="new", metadata={})
    event = audit.AuditEvent.objects.get(action="object.changed")
    assert event.details == {"fields": ["metadata", "name"]}


def test_all_changes_are_carried_out_or_none(alice, notes, monkeypatch):
    monkeypatch.setattr(objects, "publish", database_fails)
    with pytest.raises(DatabaseError):
        change(alice, notes, fingerprint=REQUEST, name="new", metadata={}, is_public=True)
    assert (row(notes).name, row(notes).metadata) == (notes.name, {"team": "red", "step": "1"})
    assert MetadataPair.objects.count() == 2
    assert not IdempotencyRecord.objects.exists()


def test_a_repeated_change_is_carried_out_once(alice, notes):
    change(alice, notes, fingerprint=REQUEST, name="first")
    change(alice, notes, name="second")
    assert change(alice, notes, fingerprint=REQUEST, name="first").name == "second"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", [State.ERROR, State.DELETED])
def test_what_failed_or_is_deleted_does_not_change(alice, verb, state):
    other = make_object(alice, state=state)
    history = actions_on(other)
    with pytest.raises(WrongState):
        verb(other, actor=alice.actor)
    assert actions_on(other) == history


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_past_its_time_does_not_change(alice, verb, set_clock):
    set_clock(minutes=0)
    short = make_object(alice, time_to_live=timedelta(minutes=1))
    set_clock(minutes=1)
    with pytest.raises(WrongState):
        verb(short, actor=alice.actor)


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_changes_nothing(alice, bob, verb):
    public = make_object(alice, is_public=True)
    with pytest.raises(NotAllowed):
        verb(public, actor=bob.actor)


@pytest.mark.parametrize("verb", VERBS)
def test_a_key_that_only_reads_changes_nothing(alice, notes, verb):
    key, _ = keys.create_key(alice.account, name="reader", actor=OPERATOR, scopes=("objects:read",))
    with pytest.raises(ScopeMissing):
        verb(notes, actor=access.key_actor(key))


def test_publishing_is_recorded_when_it_changes_something(alice, notes):
    assert objects.publish(notes, actor=alice.actor)
    assert not objects.publish(notes, actor=alice.actor)
    assert objects.unpublish(notes, actor=alice.actor)
    assert not objects.unpublish(notes, actor=alice.actor)
    assert actions_on(notes)[-2:] == ["object.published", "object.unpublished"]


def test_the_visibility_epoch_moves_with_every_switch_to_private(alice, notes):
    epochs = []
    for verb in (objects.publish, objects.unpublish, objects.unpublish, objects.publish, objects.unpublish):
        verb(notes, actor=alice.actor)
        epochs.append(row(notes).visibility_epoch)
    assert epochs == [0, 1, 1, 1, 2]


def test_what_was_public_once_is_remembered(alice, notes):
    objects.publish(notes, actor=alice.actor)
    objects.unpublish(notes, actor=alice.actor)
    assert row(notes).was_public
    objects.delete_object(notes, actor=alice.actor)
    assert row(notes).was_public


def test_an_upload_that_was_public_only_before_its_completion_was_never_listed(alice):
    upload = make_object(alice, state=State.UPLOADING)
    objects.publish(upload, actor=alice.actor)
    objects.unpublish(upload, actor=alice.actor)
    put_bytes(upload, b"x")
    assert not uploads.complete_upload(upload, actor=alice.actor).was_public


@pytest.mark.parametrize("verb", [objects.publish, objects.unpublish])
def test_a_failing_audit_leaves_the_visibility_as_it_was(alice, verb, monkeypatch):
    stored_object = make_object(alice, is_public=verb is objects.unpublish)
    monkeypatch.setattr(audit, "record", database_fails)
    with pytest.raises(DatabaseError):
        verb(stored_object, actor=alice.actor)
    now = row(stored_object)
    assert (now.is_public, now.was_public, now.visibility_epoch) == (stored_object.is_public,) * 2 + (0,)
