"""The upload URL and the bytes that arrive."""

import hashlib
from datetime import timedelta

import pytest
from django.db import DatabaseError

from objects_app import access, audit, signing
from objects_app.errors import (
    BodyTooLarge,
    NotAllowed,
    NotUploading,
    ScopeMissing,
    StorageFull,
    UploadClosed,
    UrlExpired,
)
from objects_app.models import State
from objects_app.operations import accounts, keys, objects, uploads
from objects_app.operations.repeats import Fingerprint
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage
from tests.factories import OPERATOR, make_object, put_bytes, store_blob
from tests.operations.history import actions_on, database_fails, row, storage_fails

REQUEST = Fingerprint("POST", "/v1/objects/x/upload_url", "retry-1", b"")


@pytest.fixture
def uploading(alice):
    return make_object(alice, state=State.UPLOADING)


def grant_of(stored_object, *, lifetime: timedelta = timedelta(hours=1)) -> TransferGrant:
    expires = signing.milliseconds(row(stored_object).seen_at + lifetime)
    return TransferGrant(Purpose.UPLOAD, stored_object.pk, stored_object.account_id, 0, 0, expires)


def test_a_put_stages_bytes_and_leaves_the_object_uploading(uploading, blobs):
    put_bytes(uploading, b"hello")
    now = row(uploading)
    assert (now.state, now.staged_size, now.size_bytes, now.blob_key) == (State.UPLOADING, 5, None, "")
    assert now.staged_sha256 == hashlib.sha256(b"hello").hexdigest()
    assert blobs.blobs == {now.staging_key: b"hello"}


def test_a_second_put_replaces_the_first_and_its_bytes(uploading, blobs):
    put_bytes(uploading, b"first")
    put_bytes(uploading, b"second")
    assert list(blobs.blobs.values()) == [b"second"]
    assert actions_on(uploading) == ["object.created", "object.uploaded", "object.uploaded"]


@pytest.mark.parametrize("state", [State.READ_ONLY, State.ERROR, State.DELETED])
def test_a_put_that_comes_too_late_leaves_nothing(alice, blobs, state):
    late = make_object(alice, state=state)
    before, history = dict(blobs.blobs), actions_on(late)
    with pytest.raises(UploadClosed):
        put_bytes(late, b"late")
    assert (row(late).state, blobs.blobs, actions_on(late)) == (state, before, history)


def test_a_put_after_the_time_to_live_leaves_nothing(alice, blobs, set_clock):
    short = make_object(alice, state=State.UPLOADING, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    with pytest.raises(UploadClosed):
        put_bytes(short, b"late")
    assert blobs.blobs == {}


def test_bytes_stay_for_the_orphan_sweep_where_the_database_fails(uploading, blobs, monkeypatch):
    monkeypatch.setattr(audit, "record", database_fails)
    with pytest.raises(DatabaseError):
        put_bytes(uploading, b"unknown")
    assert row(uploading).staging_key == ""
    assert list(blobs.blobs.values()) == [b"unknown"]


def test_a_storage_that_cannot_delete_does_not_fail_the_put(uploading, monkeypatch):
    put_bytes(uploading, b"first")
    monkeypatch.setattr(get_storage(), "delete", storage_fails)
    put_bytes(uploading, b"second")
    assert row(uploading).staged_size == 6


def test_the_start_of_a_put_is_activity(uploading, set_clock):
    moment = set_clock(minutes=30)
    uploads.begin_upload(grant_of(uploading), length=5)
    assert row(uploading).last_activity_at == moment


def test_what_was_noted_a_moment_ago_is_not_noted_again(uploading, set_clock, django_assert_num_queries):
    began = set_clock(minutes=30)
    uploads.begin_upload(grant_of(uploading), length=5)
    set_clock(minutes=30, seconds=9)
    grant = grant_of(uploading)
    with django_assert_num_queries(1):
        uploads.begin_upload(grant, length=5)
    assert row(uploading).last_activity_at == began
    later = set_clock(minutes=30, seconds=10)
    uploads.begin_upload(grant_of(uploading), length=5)
    assert row(uploading).last_activity_at == later


def test_bytes_that_arrive_are_activity(uploading, set_clock):
    moment = set_clock(hours=3)
    uploads.keep_upload_alive(grant_of(uploading))
    assert row(uploading).last_activity_at == moment


def test_a_url_works_up_to_its_end_and_not_at_it(uploading, set_clock):
    set_clock(hours=0)
    grant = grant_of(uploading)
    set_clock(minutes=59, seconds=59)
    uploads.begin_upload(grant, length=None)
    set_clock(hours=1)
    with pytest.raises(UrlExpired):
        uploads.begin_upload(grant, length=None)


def test_a_put_under_way_may_end_after_its_url(uploading, set_clock):
    set_clock(hours=2)
    put_bytes(uploading, b"slow")
    assert row(uploading).staged_size == 4


@pytest.mark.parametrize("state", [State.READ_ONLY, State.ERROR, State.DELETED])
def test_a_put_is_refused_before_its_bytes_unless_the_object_is_uploading(alice, state):
    with pytest.raises(UploadClosed):
        uploads.begin_upload(grant_of(make_object(alice, state=state)), length=5)


def test_a_put_is_refused_for_an_object_past_its_time(alice, set_clock):
    short = make_object(alice, state=State.UPLOADING, time_to_live=timedelta(minutes=1))
    grant = grant_of(short)
    set_clock(minutes=2)
    with pytest.raises(UploadClosed):
        uploads.begin_upload(grant, length=5)


def test_a_suspended_account_uploads_nothing(alice, uploading):
    accounts.suspend_account(alice.account, actor=OPERATOR)
    with pytest.raises(UploadClosed):
        uploads.begin_upload(grant_of(uploading), length=5)


def test_a_declared_length_over_the_limit_is_refused_before_its_bytes(uploading, settings):
    settings.MAX_OBJECT_BYTES = 10
    uploads.begin_upload(grant_of(uploading), length=10)
    with pytest.raises(BodyTooLarge):
        uploads.begin_upload(grant_of(uploading), length=11)


def test_a_declared_length_over_the_free_space_is_refused_before_its_bytes(uploading, monkeypatch):
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: 10)
    uploads.begin_upload(grant_of(uploading), length=10)
    with pytest.raises(StorageFull):
        uploads.begin_upload(grant_of(uploading), length=11)


def test_a_fresh_url_counts_from_now_and_is_recorded(alice, uploading, set_clock):
    moment = set_clock(hours=5)
    upload = uploads.renew_upload_url(uploading, actor=alice.actor)
    assert upload.expires_at == moment + timedelta(hours=1)
    assert row(uploading).last_activity_at == moment
    assert actions_on(uploading) == ["object.created", "object.upload_url_issued"]


@pytest.mark.parametrize("state", [State.READ_ONLY, State.ERROR, State.DELETED])
def test_no_fresh_url_for_what_takes_no_bytes(alice, state):
    with pytest.raises(NotUploading):
        uploads.renew_upload_url(make_object(alice, state=state), actor=alice.actor, fingerprint=REQUEST)


def test_a_stranger_gets_no_fresh_url(bob, uploading):
    with pytest.raises(NotAllowed):
        uploads.renew_upload_url(uploading, actor=bob.actor)


def test_a_key_that_only_reads_gets_no_fresh_url(alice, uploading):
    key, _ = keys.create_key(alice.account, name="reader", actor=OPERATOR, scopes=("objects:read",))
    with pytest.raises(ScopeMissing):
        uploads.renew_upload_url(uploading, actor=access.key_actor(key))


def test_a_repeat_for_a_fresh_url_gets_a_usable_one(alice, uploading):
    uploads.renew_upload_url(uploading, actor=alice.actor, fingerprint=REQUEST)
    again = uploads.renew_upload_url(uploading, actor=alice.actor, fingerprint=REQUEST)
    assert signing.verify(Purpose.UPLOAD, uploading.pk, again.url.partition("?")[2])


def test_a_repeat_for_a_fresh_url_after_completion_is_answered_without_one(alice, uploading):
    uploads.renew_upload_url(uploading, actor=alice.actor, fingerprint=REQUEST)
    put_bytes(uploading, b"x")
    uploads.complete_upload(uploading, actor=alice.actor)
    again = uploads.renew_upload_url(uploading, actor=alice.actor, fingerprint=REQUEST)
    assert (again.stored_object.state, again.url) == (State.READ_ONLY, None)


def test_a_request_for_a_fresh_url_that_failed_is_not_remembered(alice, uploading):
    objects.delete_object(uploading, actor=alice.actor)
    for _ in range(2):
        with pytest.raises(NotUploading):
            uploads.renew_upload_url(row(uploading), actor=alice.actor, fingerprint=REQUEST)


def test_an_unknown_object_takes_no_bytes(db, blobs):
    grant = TransferGrant(Purpose.UPLOAD, "obj_unknown", "acc_unknown", 0, 0, 0)
    with pytest.raises(UploadClosed):
        uploads.begin_upload(grant, length=1)
    with pytest.raises(UploadClosed):
        uploads.stage_upload(grant, key=store_blob(b"x"), size=1, sha256="", actor=OPERATOR)
    assert blobs.blobs == {}
