"""Completion: the staged bytes become the content, once, or are refused for good."""

import hashlib
from datetime import timedelta

import pytest
from django.db import DatabaseError

from objects_app import access, audit
from objects_app.errors import ContentMismatch, NotAllowed, NothingUploaded, NotUploading, ScopeMissing
from objects_app.models import IdempotencyRecord, State
from objects_app.operations import completion, keys, objects, uploads
from objects_app.operations.completion import Content
from objects_app.operations.objects import NewObject
from objects_app.operations.repeats import Fingerprint
from objects_app.storage import get_storage
from tests.factories import OPERATOR, make_object, put_bytes
from tests.operations.history import actions_on, database_fails, row, storage_fails

HELLO = hashlib.sha256(b"hello").hexdigest()
REQUEST = Fingerprint("POST", "/v1/objects/x/complete", "retry-1", b"{}")


@pytest.fixture
def uploaded(alice):
    stored_object = make_object(alice, state=State.UPLOADING)
    put_bytes(stored_object, b"hello")
    return stored_object


def declare(person, **declared):
    new = NewObject("notes", "text", **declared)
    stored_object = objects.create_object(new, actor=person.actor).stored_object
    put_bytes(stored_object, b"hello")
    return stored_object


def test_the_staged_bytes_become_the_content(alice, uploaded, blobs):
    key = row(uploaded).staging_key
    done = uploads.complete_upload(uploaded, actor=alice.actor)
    assert (done.state, done.size_bytes, done.sha256, done.blob_key) == (State.READ_ONLY, 5, HELLO, key)
    assert (done.staging_key, done.staged_size, done.staged_sha256) == ("", None, "")
    assert blobs.blobs == {key: b"hello"}


def test_completion_is_recorded_once_with_size_and_hash(alice, uploaded):
    uploads.complete_upload(uploaded, actor=alice.actor)
    assert actions_on(uploaded) == ["object.created", "object.uploaded", "object.completed"]
    event = audit.AuditEvent.objects.get(action="object.completed")
    assert (event.bytes, event.details, event.actor_id) == (5, {"sha256": HELLO}, alice.key.pk)


def test_an_empty_upload_is_content(alice):
    empty = make_object(alice, state=State.UPLOADING)
    put_bytes(empty, b"")
    assert uploads.complete_upload(empty, actor=alice.actor).size_bytes == 0


def test_nothing_uploaded_is_an_error_that_can_be_mended(alice):
    waiting = make_object(alice, state=State.UPLOADING)
    with pytest.raises(NothingUploaded):
        uploads.complete_upload(waiting, actor=alice.actor)
    put_bytes(waiting, b"x")
    assert uploads.complete_upload(waiting, actor=alice.actor).state == State.READ_ONLY


@pytest.mark.parametrize("state", [State.READ_ONLY, State.ERROR, State.DELETED])
def test_only_an_upload_is_completed(alice, state):
    other = make_object(alice, state=state)
    history = actions_on(other)
    with pytest.raises(NotUploading):
        uploads.complete_upload(other, actor=alice.actor, fingerprint=REQUEST)
    assert (row(other).state, actions_on(other)) == (state, history)


def test_an_upload_past_its_time_to_live_is_not_completed(alice, set_clock):
    short = make_object(alice, state=State.UPLOADING, time_to_live=timedelta(minutes=1))
    put_bytes(short, b"x")
    set_clock(minutes=2)
    with pytest.raises(NotUploading):
        uploads.complete_upload(short, actor=alice.actor)


def test_a_stale_upload_is_completed_until_the_sweep_comes(alice, uploaded, set_clock):
    set_clock(days=30)
    assert uploads.complete_upload(uploaded, actor=alice.actor).state == State.READ_ONLY


def test_a_stranger_completes_nothing(bob, uploaded):
    with pytest.raises(NotAllowed):
        uploads.complete_upload(uploaded, actor=bob.actor)
    assert row(uploaded).state == State.UPLOADING


def test_a_key_that_only_reads_completes_nothing(alice, uploaded):
    key, _ = keys.create_key(alice.account, name="reader", actor=OPERATOR, scopes=("objects:read",))
    with pytest.raises(ScopeMissing):
        uploads.complete_upload(uploaded, actor=access.key_actor(key))


def test_the_request_that_completed_may_be_repeated(alice, uploaded):
    uploads.complete_upload(uploaded, actor=alice.actor, fingerprint=REQUEST)
    again = uploads.complete_upload(uploaded, actor=alice.actor, fingerprint=REQUEST)
    assert (again.pk, again.state) == (uploaded.pk, State.READ_ONLY)
    assert actions_on(uploaded).count("object.completed") == 1


@pytest.mark.parametrize("fingerprint", [None, Fingerprint("POST", REQUEST.path, "retry-2", b"{}")])
def test_another_request_does_not_complete_again(alice, uploaded, fingerprint):
    uploads.complete_upload(uploaded, actor=alice.actor, fingerprint=REQUEST)
    with pytest.raises(NotUploading):
        uploads.complete_upload(uploaded, actor=alice.actor, fingerprint=fingerprint)


def test_a_request_remembered_for_another_account_is_not_a_repeat(alice, bob, uploaded):
    IdempotencyRecord.objects.create(account=bob.account, fingerprint=REQUEST.digest(), target_id=uploaded.pk)
    uploads.complete_upload(uploaded, actor=alice.actor)
    with pytest.raises(NotUploading):
        uploads.complete_upload(uploaded, actor=alice.actor, fingerprint=REQUEST)


def test_a_failing_audit_leaves_the_upload_as_it_was(alice, uploaded, monkeypatch):
    monkeypatch.setattr(audit, "record", database_fails)
    with pytest.raises(DatabaseError):
        uploads.complete_upload(uploaded, actor=alice.actor, fingerprint=REQUEST)
    assert (row(uploaded).state, row(uploaded).staged_size) == (State.UPLOADING, 5)
    assert not IdempotencyRecord.objects.exists()


def test_what_was_declared_rightly_is_completed(alice):
    declared = declare(alice, declared_size=5, declared_sha256=HELLO)
    assert uploads.complete_upload(declared, actor=alice.actor).state == State.READ_ONLY


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"declared_size": 4}, "The content has 5 bytes; 4 were declared."),
        ({"declared_size": 0}, "The content has 5 bytes; 0 were declared."),
        ({"declared_sha256": "0" * 64}, f"The content's SHA-256 is {HELLO}; {'0' * 64} was declared."),
    ],
)
def test_a_wrong_declaration_ends_in_error_and_the_bytes_are_gone(alice, blobs, declared, reason):
    wrong = declare(alice, **declared)
    with pytest.raises(ContentMismatch, match=reason):
        uploads.complete_upload(wrong, actor=alice.actor, fingerprint=REQUEST)
    now = row(wrong)
    assert (now.state, now.error_reason, now.size_bytes, now.staging_key) == (State.ERROR, reason, None, "")
    assert blobs.blobs == {}
    assert actions_on(wrong) == ["object.created", "object.uploaded", "object.failed"]


def test_a_limit_lowered_after_the_upload_holds(alice, uploaded, blobs, settings):
    settings.MAX_OBJECT_BYTES = 4
    with pytest.raises(ContentMismatch):
        uploads.complete_upload(uploaded, actor=alice.actor)
    assert (row(uploaded).state, blobs.blobs) == (State.ERROR, {})


def test_a_refused_completion_is_not_remembered(alice):
    wrong = declare(alice, declared_size=4)
    with pytest.raises(ContentMismatch):
        uploads.complete_upload(wrong, actor=alice.actor, fingerprint=REQUEST)
    with pytest.raises(NotUploading):
        uploads.complete_upload(wrong, actor=alice.actor, fingerprint=REQUEST)


def test_a_failing_storage_leaves_the_refused_bytes_to_the_sweep(alice, monkeypatch):
    wrong = declare(alice, declared_size=4)
    monkeypatch.setattr(get_storage(), "delete", storage_fails)
    with pytest.raises(ContentMismatch):
        uploads.complete_upload(wrong, actor=alice.actor)
    assert row(wrong).staging_key != ""


def test_a_public_upload_is_remembered_as_public_from_its_completion_on(alice):
    public = make_object(alice, state=State.UPLOADING, is_public=True)
    assert not row(public).was_public
    put_bytes(public, b"x")
    assert uploads.complete_upload(public, actor=alice.actor).was_public


def test_bytes_replaced_since_they_were_looked_at_are_not_frozen(alice, uploaded):
    seen_before = row(uploaded)
    put_bytes(uploaded, b"other")
    with pytest.raises(NotUploading):
        completion.freeze(seen_before, Content(seen_before.staging_key, 5, ""), actor=alice.actor, fingerprint=None)
    assert row(uploaded).state == State.UPLOADING
