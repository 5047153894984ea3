"""Many objects become tombstones at once: whole, each with its event, and no one keeps the others."""

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from objects_app import audit, failpoints
from objects_app.audit import AuditAction
from objects_app.errors import StorageUnavailable
from objects_app.models import AuditEvent, MetadataPair, State, StoredObject
from objects_app.operations import objects, tombstones
from tests.factories import OPERATOR, make_object, put_bytes
from tests.operations.history import actions_on, database_fails, row


def bury(rows=None) -> list[StoredObject]:
    living = StoredObject.objects.exclude(state=State.DELETED) if rows is None else rows
    return tombstones.bury(living.select_for_update(), actor=OPERATOR, action=AuditAction.OBJECT_EXPIRED)


def make_uploads(person, count: int) -> list[StoredObject]:
    uploads = [make_object(person, f"n{n}", state=State.UPLOADING, metadata={"n": str(n)}) for n in range(count)]
    for upload in uploads:
        put_bytes(upload, b"hello")
    return uploads


def test_many_go_at_once_with_metadata_digests_and_bytes(alice, blobs):
    made = [*make_uploads(alice, 2), make_object(alice, metadata={"a": "b"}), make_object(alice, state=State.ERROR)]
    assert {gone.pk for gone in bury()} == {each.pk for each in made}
    left = [(now.state, now.metadata, now.sha256, now.staged_sha256, now.error_reason) for now in map(row, made)]
    assert left == [(State.DELETED, {}, "", "", "")] * 4
    assert (MetadataPair.objects.count(), blobs.blobs) == (0, {})


def test_each_has_one_event(alice):
    made = make_uploads(alice, 3)
    bury()
    bury()
    events = AuditEvent.objects.filter(action="object.expired")
    assert sorted(event.target_id for event in events) == sorted(each.pk for each in made)
    assert {(event.account_id, event.target_type) for event in events} == {(alice.account.pk, "storedobject")}


def test_the_conditions_are_judged_under_the_lock(alice, monkeypatch):
    """What was found is not buried if it stopped to fulfil them before the lock."""
    saved, lost = make_uploads(alice, 2)

    def save(name):
        if name == "delete.before_lock":
            StoredObject.objects.filter(pk=saved.pk).update(name="saved")

    monkeypatch.setattr(failpoints, "hook", save)
    bury(StoredObject.objects.filter(name__startswith="n"))
    assert [row(each).state for each in (saved, lost)] == [State.UPLOADING, State.DELETED]
    assert actions_on(saved)[-1] == "object.uploaded"


@pytest.mark.parametrize("failing", [(audit, "record_each"), (tombstones.compiled, "delete")])
def test_all_stay_whole_where_one_statement_fails(alice, blobs, monkeypatch, failing):
    made = make_uploads(alice, 3)
    monkeypatch.setattr(*failing, database_fails)
    with pytest.raises(DatabaseError):
        bury()
    assert ({row(each).state for each in made}, len(blobs.blobs)) == ({State.UPLOADING}, 3)


def test_a_blob_that_cannot_be_deleted_keeps_no_other(alice, blobs, monkeypatch):
    made = make_uploads(alice, 3)
    stuck, really_delete = row(made[1]).staging_key, blobs.delete

    def delete(keys):
        if stuck in keys:
            raise StorageUnavailable
        really_delete(keys)

    monkeypatch.setattr(blobs, "delete", delete)
    assert len(bury()) == 3
    assert [row(each).staging_key for each in made] == ["", stuck, ""]
    assert list(blobs.blobs) == [stuck]


def test_thirty_take_as_many_statements_as_three(alice):
    taken = []
    for count in (3, 30):
        make_uploads(alice, count)
        with CaptureQueriesContext(connection) as queries:
            assert len(bury()) == count
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_nothing_to_bury_is_one_question(alice, django_assert_num_queries):
    with django_assert_num_queries(3):  # the question, between the two ends of its transaction
        assert bury() == []


def test_an_object_that_somebody_deleted_is_not_expired_as_well(alice):
    deleted = make_uploads(alice, 1)[0]
    objects.delete_object(deleted, actor=alice.actor)
    assert bury() == []
    assert actions_on(deleted)[-1] == "object.deleted"
