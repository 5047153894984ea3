"""Objects whose time is over: what each sweep takes, and that twice does no harm."""

from datetime import timedelta

import pytest

from objects_app import audit, clock, failpoints
from objects_app.lifecycle import objects as sweeps
from objects_app.lifecycle.sweeps import Swept
from objects_app.models import State, StoredObject
from tests.factories import make_object, make_person, put_bytes
from tests.operations.history import actions_on, row

DAY = timedelta(days=1)
NOTHING = Swept(rows=0, bytes=0, more=False)


@pytest.fixture
def stale(alice, set_clock):
    """An upload that got bytes and was then left alone for a day."""
    set_clock(hours=0)
    stored_object = make_object(alice, state=State.UPLOADING)
    put_bytes(stored_object, b"hello")
    set_clock(days=1)
    return stored_object


@pytest.fixture
def due(alice, set_clock):
    set_clock(hours=0)
    stored_object = make_object(alice, content=b"hello", time_to_live=timedelta(hours=1), metadata={"a": "b"})
    set_clock(hours=1)
    return stored_object


def test_a_stale_upload_expires_with_its_bytes(stale, blobs):
    assert sweeps.expire_stale_uploads(before=clock.ago(DAY)) == Swept(rows=1, bytes=5, more=False)
    assert (row(stale).state, blobs.blobs) == (State.DELETED, {})
    event = audit.AuditEvent.objects.get(action="object.expired")
    assert (event.target_id, event.actor_label, event.via) == (stale.pk, "system:expire_stale_uploads", "worker")


def test_a_second_sweep_of_uploads_finds_nothing(stale):
    sweeps.expire_stale_uploads(before=clock.ago(DAY))
    assert sweeps.expire_stale_uploads(before=clock.ago(DAY)) == NOTHING
    assert actions_on(stale).count("object.expired") == 1


def test_an_upload_with_activity_stays(stale, set_clock):
    set_clock(hours=23, minutes=59)
    assert sweeps.expire_stale_uploads(before=clock.ago(DAY)) == NOTHING
    assert row(stale).state == State.UPLOADING


@pytest.mark.parametrize("state", [State.READ_ONLY, State.ERROR, State.DELETED])
def test_only_uploads_are_stale_however_old(alice, state, set_clock):
    other = make_object(alice, state=state)
    history = actions_on(other)
    set_clock(days=3650)
    assert sweeps.expire_stale_uploads(before=clock.now()) == NOTHING
    assert (row(other).state, actions_on(other)) == (state, history)


def test_an_upload_that_came_alive_after_the_sweep_looked_is_left_alone(stale, monkeypatch):
    def revive_first(_point):
        StoredObject.objects.filter(pk=stale.pk).update(last_activity_at=clock.now())

    monkeypatch.setattr(failpoints, "hook", revive_first)
    assert sweeps.expire_stale_uploads(before=clock.ago(DAY)).rows == 0
    assert row(stale).state == State.UPLOADING


def test_a_sweep_takes_the_oldest_up_to_its_limit_and_says_that_there_is_more(alice, set_clock):
    uploads = []
    for minutes in (3, 1, 2):
        set_clock(minutes=minutes)
        uploads.append(make_object(alice, state=State.UPLOADING))
    set_clock(minutes=3)
    assert sweeps.expire_stale_uploads(before=clock.now(), limit=2) == Swept(rows=2, bytes=0, more=True)
    assert [row(upload).state for upload in uploads] == [State.UPLOADING, State.DELETED, State.DELETED]
    assert sweeps.expire_stale_uploads(before=clock.now(), limit=2) == Swept(rows=1, bytes=0, more=False)


def test_the_query_of_a_dry_run_names_what_would_expire_and_changes_nothing(stale):
    assert list(sweeps.stale_uploads(before=clock.ago(DAY))) == [stale]
    assert row(stale).state == State.UPLOADING


def test_an_object_past_its_time_becomes_a_tombstone_without_bytes(due, blobs):
    assert sweeps.delete_due_objects(before=clock.now()) == Swept(rows=1, bytes=5, more=False)
    now = row(due)
    assert (now.state, now.sha256, now.metadata, blobs.blobs) == (State.DELETED, "", {}, {})
    assert actions_on(due)[-1] == "object.expired"


def test_a_second_sweep_of_due_objects_finds_nothing(due):
    sweeps.delete_due_objects(before=clock.now())
    assert sweeps.delete_due_objects(before=clock.now()) == NOTHING


def test_an_object_before_its_time_or_without_one_stays(due, alice, set_clock):
    make_object(alice)
    set_clock(minutes=59)
    assert sweeps.delete_due_objects(before=clock.now()) == NOTHING


def test_an_object_whose_life_was_prolonged_after_the_sweep_looked_stays(due, monkeypatch):
    def prolong_first(_point):
        StoredObject.objects.filter(pk=due.pk).update(delete_after=None)

    monkeypatch.setattr(failpoints, "hook", prolong_first)
    assert sweeps.delete_due_objects(before=clock.now()).rows == 0
    assert row(due).state == State.READ_ONLY


@pytest.mark.parametrize("state", State)
def test_every_state_has_an_end(alice, set_clock, state):
    set_clock(hours=0)
    other = make_object(alice, state=state, time_to_live=timedelta(hours=1))
    set_clock(hours=1)
    sweeps.delete_due_objects(before=clock.now())
    assert row(other).state == State.DELETED


def test_a_sweep_takes_every_account(alice, set_clock):
    for person in (alice, make_person("carol")):
        make_object(person, state=State.UPLOADING)
    set_clock(days=2)
    assert sweeps.expire_stale_uploads(before=clock.ago(DAY)).rows == 2
