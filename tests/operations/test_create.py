"""Creating an object, once for each request."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from objects_app import access, audit, signing
from objects_app.errors import NotAuthenticated, ScopeMissing
from objects_app.models import IdempotencyRecord, MetadataPair, State, StoredObject
from objects_app.operations import keys, objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.operations.repeats import Fingerprint
from objects_app.signing import Purpose
from tests.factories import OPERATOR, make_object, put_bytes
from tests.operations.history import actions_on, database_fails, row

NOTES = NewObject(name="Notes.txt", content_type="text/plain", metadata={"team": "red"})
REQUEST = Fingerprint("POST", "/v1/objects", "retry-1", b'{"name": "Notes.txt"}')


def create(person, new=NOTES, fingerprint=REQUEST):
    return objects.create_object(new, actor=person.actor, fingerprint=fingerprint)


def test_a_new_object_waits_for_its_bytes(alice):
    made = row(create(alice).stored_object)
    assert (made.state, made.account_id, made.created_by) == (State.UPLOADING, alice.account.pk, str(alice.key))
    assert (made.size_bytes, made.blob_key, made.staging_key, made.is_public) == (None, "", "", False)
    assert (made.folded_name, made.metadata) == ("notes.txt", {"team": "red"})


def test_creation_is_recorded_once(alice):
    assert actions_on(create(alice).stored_object) == ["object.created"]


def test_the_upload_url_is_signed_for_this_object_and_its_event(alice):
    upload = create(alice)
    path, _, query = upload.url.partition("?")
    grant = signing.verify(Purpose.UPLOAD, upload.stored_object.pk, query)
    assert path.endswith(f"/upload/{upload.stored_object.pk}")
    assert grant.expires == signing.milliseconds(upload.expires_at)
    assert upload.expires_at - upload.stored_object.seen_at == timedelta(hours=1)


def test_the_time_to_live_counts_from_the_creation(alice, set_clock):
    moment = set_clock(minutes=0)
    made = create(alice, NewObject("n", "text", time_to_live=timedelta(milliseconds=1500))).stored_object
    assert (made.created_at, made.delete_after) == (moment, moment + timedelta(milliseconds=1500))


def test_time_to_live_and_creation_come_from_one_reading_of_the_clock(alice):
    made = create(alice, NewObject("n", "text", time_to_live=timedelta(days=1))).stored_object
    assert made.delete_after - made.created_at == timedelta(days=1)


def test_metadata_is_indexed_for_its_account(alice):
    made = create(alice).stored_object
    pairs = MetadataPair.objects.values_list("stored_object_id", "account_id", "key", "value")
    assert list(pairs) == [(made.pk, alice.account.pk, "team", "red")]


def test_a_key_without_the_write_scope_creates_nothing(alice):
    key, _ = keys.create_key(alice.account, name="reader", actor=OPERATOR, scopes=("objects:read",))
    with pytest.raises(ScopeMissing):
        objects.create_object(NOTES, actor=access.key_actor(key))
    assert not StoredObject.objects.exists()


def test_nobody_creates_nothing(db):
    with pytest.raises(NotAuthenticated):
        objects.create_object(NOTES, actor=access.anonymous_actor(access.Via.API))


def test_a_failing_audit_takes_the_object_and_the_remembered_request_with_it(alice, monkeypatch):
    monkeypatch.setattr(audit, "record", database_fails)
    with pytest.raises(DatabaseError):
        create(alice)
    assert not StoredObject.objects.exists()
    assert not IdempotencyRecord.objects.exists()


def test_a_repeated_request_finds_the_first_object_with_a_usable_url(alice):
    first, again = create(alice), create(alice)
    assert again.stored_object.pk == first.stored_object.pk
    assert signing.verify(Purpose.UPLOAD, first.stored_object.pk, again.url.partition("?")[2])
    assert actions_on(first.stored_object) == ["object.created", "object.upload_url_issued"]


def test_a_repeat_after_completion_is_answered_without_a_url(alice):
    made = create(alice).stored_object
    put_bytes(made, b"x")
    uploads.complete_upload(made, actor=alice.actor)
    again = create(alice)
    assert (again.stored_object.pk, again.stored_object.state, again.url) == (made.pk, State.READ_ONLY, None)


def test_a_repeat_after_deletion_is_answered_with_the_tombstone(alice):
    made = create(alice).stored_object
    objects.delete_object(made, actor=alice.actor)
    again = create(alice)
    assert (again.stored_object.pk, again.stored_object.state, again.url) == (made.pk, State.DELETED, None)


@pytest.mark.parametrize(
    "other",
    [
        Fingerprint("POST", "/v1/objects", "retry-1", b'{"name": "Other"}'),
        Fingerprint("POST", "/v1/objects", "retry-2", REQUEST.body),
        Fingerprint("POST", "/v1/objects/", "retry-1", REQUEST.body),
        Fingerprint("PUT", "/v1/objects", "retry-1", REQUEST.body),
        None,
    ],
    ids=["body", "request id", "path", "method", "no request id"],
)
def test_another_request_makes_another_object(alice, other):
    assert create(alice).stored_object.pk != create(alice, fingerprint=other).stored_object.pk


def test_parts_of_a_fingerprint_do_not_run_into_each_other():
    assert Fingerprint("POST", "/a", "b\nc", b"").digest() != Fingerprint("POST", "/a", "b", b"c\n").digest()


def test_the_same_request_of_another_account_is_another_request(alice, bob):
    assert create(alice).stored_object.pk != create(bob).stored_object.pk


def test_a_request_that_failed_is_not_remembered(alice, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(objects, "_index_metadata", database_fails)
        with pytest.raises(DatabaseError):
            create(alice)
    assert actions_on(create(alice).stored_object) == ["object.created"]


def test_objects_may_share_a_name(alice):
    assert make_object(alice, "same").pk != make_object(alice, "same").pk
