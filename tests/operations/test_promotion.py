"""Completion of what a client has sent to the store itself: looked at, copied, digested, and only then named."""

import hashlib
from datetime import timedelta

import httpx
import pytest

from objects_app import clock, failpoints
from objects_app.errors import ContentMismatch, NothingUploaded, NotUploading, StillCompleting, StorageUnavailable
from objects_app.lifecycle import leftovers, promotions
from objects_app.models import Promotion, State
from objects_app.operations import objects, promotion, uploads
from objects_app.operations.objects import NewObject
from objects_app.operations.repeats import Fingerprint
from tests.operations.history import actions_on, row
from tests.s3.faults import before, fail, lose_answer

HELLO = hashlib.sha256(b"hello").hexdigest()
REQUEST = Fingerprint("POST", "/v1/objects/x/complete", "retry-1", b"{}")
pytestmark = pytest.mark.usefixtures("bucket")


def create(person, **declared):
    return objects.create_object(NewObject("notes", "text", **declared), actor=person.actor)


def put(upload, content=b"hello"):
    assert httpx.put(upload.url, content=content, headers=dict(upload.headers)).status_code == 200
    return upload.stored_object


def complete(stored_object, person, **options):
    return uploads.complete_upload(stored_object, actor=person.actor, **options)


@pytest.fixture
def upload(alice):
    return create(alice)


def test_what_was_put_is_copied_to_a_key_that_no_url_names(alice, upload, s3):
    done = complete(put(upload), alice)
    assert (done.state, done.size_bytes, done.sha256) == (State.READ_ONLY, 5, HELLO)
    assert s3.body(f"deployment/{done.blob_key}") == b"hello"
    assert done.blob_key not in upload.url
    assert Promotion.objects.count() == 0


def test_a_put_after_completion_changes_nothing(alice, upload, s3):
    done = complete(put(upload), alice)
    put(upload, b"other")
    assert s3.body(f"deployment/{done.blob_key}") == b"hello"


def test_create_and_renew_ask_the_store_nothing(alice, s3):
    calls = len(s3.proxy.calls)
    uploads.renew_upload_url(create(alice).stored_object, actor=alice.actor)
    assert len(s3.proxy.calls) == calls


def test_completion_makes_three_calls_at_most(alice, upload, s3):
    put(upload)
    calls = len(s3.proxy.calls)
    complete(upload.stored_object, alice)
    assert s3.proxy.operations()[calls:] == ["HeadObject", "CopyObject", "GetObject"]


def test_a_digest_that_the_store_has_checked_is_not_computed_again(alice, s3):
    declared = create(alice, declared_size=5, declared_sha256=HELLO)
    put(declared)
    calls = len(s3.proxy.calls)
    assert complete(declared.stored_object, alice).sha256 == HELLO
    assert s3.proxy.operations()[calls:] == ["HeadObject", "CopyObject"]


def test_the_staged_bytes_go_with_the_next_sweep(alice, upload, s3):
    done = complete(put(upload), alice)
    assert s3.keys("deployment/staging/")
    assert leftovers.purge_bytes(before=clock.now()).rows == 1
    assert (s3.keys("deployment/staging/"), row(done).staging_key) == ([], "")
    assert s3.body(f"deployment/{done.blob_key}") == b"hello"


def test_nothing_uploaded_is_told_from_an_empty_upload(alice, upload):
    with pytest.raises(NothingUploaded):
        complete(upload.stored_object, alice)
    assert complete(put(upload, b""), alice).size_bytes == 0


@pytest.mark.parametrize("declared", [{"declared_size": 6}, {"declared_sha256": "0" * 64}])
def test_content_that_is_not_as_declared_is_an_error_and_its_bytes_go(alice, s3, declared):
    wrong = create(alice, **declared)
    s3.put(f"deployment/{wrong.stored_object.staging_key}", b"hello")  # by a store that does not check
    with pytest.raises(ContentMismatch):
        complete(wrong.stored_object, alice)
    failed = row(wrong.stored_object)
    assert (failed.state, failed.staging_key, Promotion.objects.count()) == (State.ERROR, "", 0)
    assert s3.keys("deployment/blob/") + s3.keys("deployment/staging/") == []


def test_too_large_content_is_an_error_before_it_is_copied(alice, upload, s3, settings):
    settings.MAX_OBJECT_BYTES = 4
    with pytest.raises(ContentMismatch, match="at most 4"):
        complete(put(upload), alice)
    assert "CopyObject" not in s3.proxy.operations()


def test_bytes_replaced_between_look_and_copy_are_looked_at_again(alice, upload, s3):
    staging_key = row(put(upload)).staging_key
    s3.proxy.plan("CopyObject", before(lambda _: s3.put(f"deployment/{staging_key}", b"new")))
    done = complete(upload.stored_object, alice)
    assert (done.size_bytes, done.sha256) == (3, hashlib.sha256(b"new").hexdigest())
    assert s3.body(f"deployment/{done.blob_key}") == b"new"


def test_bytes_that_are_replaced_all_the_time_are_not_completed(alice, upload, s3):
    put(upload)
    staging = f"deployment/{row(upload.stored_object).staging_key}"
    numbers = iter(range(100))
    s3.proxy.plan("CopyObject", before(lambda _: s3.put(staging, b"%d" % next(numbers))), call=0)
    with pytest.raises(StorageUnavailable):
        complete(upload.stored_object, alice)
    assert (row(upload.stored_object).state, Promotion.objects.count()) == (State.UPLOADING, 0)


@pytest.mark.parametrize("operation", ["HeadObject", "CopyObject", "GetObject"])
def test_a_store_that_fails_leaves_the_upload_to_be_completed_again(alice, upload, s3, operation):
    put(upload)
    s3.proxy.plan(operation, fail(500, "InternalError"))
    with pytest.raises(StorageUnavailable):
        complete(upload.stored_object, alice)
    assert row(upload.stored_object).state == State.UPLOADING
    assert complete(upload.stored_object, alice).state == State.READ_ONLY
    assert len(s3.keys("deployment/blob/")) == 1


def test_a_copy_whose_answer_was_lost_is_made_again_and_one_is_kept(alice, upload, s3):
    put(upload)
    s3.proxy.plan("CopyObject", lose_answer())
    with pytest.raises(StorageUnavailable):
        complete(upload.stored_object, alice)
    complete(upload.stored_object, alice)
    assert len(s3.keys("deployment/blob/")) == 1


def begin_elsewhere(stored_object, *, ends_in=timedelta(minutes=1)):
    return Promotion.objects.create(
        blob_key="blob/" + "a" * 48, stored_object=stored_object, until=clock.after(ends_in)
    )


def test_while_another_request_copies_nobody_else_does(alice, upload, s3):
    begin_elsewhere(put(upload))
    with pytest.raises(StillCompleting) as refusal:
        complete(upload.stored_object, alice)
    assert refusal.value.headers["x-should-retry"] == "true"
    assert "CopyObject" not in s3.proxy.operations()


def test_a_copy_that_takes_too_long_is_left_to_the_sweep_and_another_begins(alice, upload, s3):
    left = begin_elsewhere(put(upload), ends_in=timedelta(0))
    s3.put(f"deployment/{left.blob_key}", b"hello")
    done = complete(upload.stored_object, alice)
    assert promotions.end_promotions(before=clock.now()).rows == 1
    assert s3.keys("deployment/blob/") == [f"deployment/{done.blob_key}"]


def test_a_copy_that_the_sweep_gave_up_is_never_named(alice, upload, s3, monkeypatch):
    put(upload)
    really_copy = promotion._copy

    def copy_slowly(*arguments):
        content = really_copy(*arguments)
        promotions.end_promotions(before=clock.after(timedelta(hours=1)))
        return content

    monkeypatch.setattr(promotion, "_copy", copy_slowly)
    with pytest.raises(StillCompleting):
        complete(upload.stored_object, alice)
    assert (row(upload.stored_object).state, s3.keys("deployment/blob/")) == (State.UPLOADING, [])


def test_a_copy_in_parts_that_died_is_aborted_by_the_upload_id_of_its_row(alice, upload, s3, bucket):
    left = begin_elsewhere(put(upload), ends_in=timedelta(0))
    place = {"Bucket": s3.bucket, "Key": f"deployment/{left.blob_key}"}
    left.upload_id = s3.client().create_multipart_upload(**place)["UploadId"]
    left.save(update_fields=["upload_id"])
    promotions.end_promotions(before=clock.now())
    assert (s3.uploads(), Promotion.objects.count()) == ({}, 0)


def test_what_the_store_will_not_delete_now_stays_named_for_the_next_sweep(alice, upload, s3):
    begin_elsewhere(put(upload), ends_in=timedelta(0))
    s3.proxy.plan("DeleteObject", fail(503, "SlowDown"))
    assert promotions.end_promotions(before=clock.now()).trouble
    assert promotions.end_promotions(before=clock.now()).rows == 1


def test_an_object_deleted_while_it_is_copied_stays_deleted_and_leaves_nothing(alice, upload, s3, monkeypatch):
    put(upload)

    def delete(name):
        if name == "promote.after_copy":
            monkeypatch.setattr(failpoints, "hook", lambda _: None)
            objects.delete_object(upload.stored_object, actor=alice.actor)

    monkeypatch.setattr(failpoints, "hook", delete)
    with pytest.raises(NotUploading):
        complete(upload.stored_object, alice)
    assert s3.keys("deployment/blob/") == []
    assert "object.completed" not in actions_on(upload.stored_object)


def test_a_deletion_takes_the_staged_bytes_along(alice, upload, s3):
    done = complete(put(upload), alice)
    objects.delete_object(done, actor=alice.actor)
    assert s3.keys() == ["deployment/holdall-objects"]


def test_a_repeated_completion_is_answered_as_the_first(alice, upload):
    put(upload)
    complete(upload.stored_object, alice, fingerprint=REQUEST)
    assert complete(upload.stored_object, alice, fingerprint=REQUEST).state == State.READ_ONLY
    with pytest.raises(NotUploading):
        complete(upload.stored_object, alice)


def test_the_digest_of_a_large_object_is_computed_by_a_sweep(alice, upload, monkeypatch):
    monkeypatch.setattr(promotion, "DIGESTED_AT_ONCE", 4)
    assert complete(put(upload), alice).sha256 == ""
    assert promotions.compute_digests(before=clock.now()).rows == 1
    assert row(upload.stored_object).sha256 == HELLO
    assert promotions.compute_digests(before=clock.now()).rows == 0


def test_a_large_object_that_cannot_be_read_waits_and_a_missing_one_is_damaged(alice, upload, s3, monkeypatch):
    monkeypatch.setattr(promotion, "DIGESTED_AT_ONCE", 4)
    done = complete(put(upload), alice)
    s3.proxy.plan("GetObject", fail(503, "SlowDown"))
    assert promotions.compute_digests(before=clock.now()).trouble
    assert row(done).state == State.READ_ONLY
    s3.client().delete_object(Bucket=s3.bucket, Key=f"deployment/{done.blob_key}")
    promotions.compute_digests(before=clock.now())
    assert row(done).state == State.ERROR


def test_a_declared_digest_is_checked_however_large_the_object_is(alice, s3, monkeypatch):
    monkeypatch.setattr(promotion, "DIGESTED_AT_ONCE", 4)
    declared = create(alice, declared_sha256=HELLO)
    s3.put(f"deployment/{declared.stored_object.staging_key}", b"hello")  # by a store that keeps no checksum
    assert complete(declared.stored_object, alice).sha256 == HELLO


def test_orphans_in_the_bucket_go_and_what_rows_name_stays(alice, upload, s3):
    done = complete(put(upload), alice)
    begin_elsewhere(create(alice).stored_object)
    named = [done.blob_key, row(done).staging_key, "blob/" + "a" * 48]
    for key in [named[2], "blob/" + "b" * 48, "staging/obj_1/" + "c" * 48, "notes.txt"]:
        s3.put(f"deployment/{key}", b"x")
    assert leftovers.remove_orphans(before=clock.after(timedelta(hours=1))).rows == 2
    assert sorted(s3.keys()) == sorted(f"deployment/{key}" for key in [*named, "notes.txt", "holdall-objects"])


def test_an_object_created_before_clients_sent_bytes_to_the_store_gets_a_url_of_the_store(alice, settings):
    settings.UPLOAD_DELIVERY = "proxy"
    old = create(alice)
    assert "/upload/" in old.url
    settings.UPLOAD_DELIVERY = "direct"
    renewed = uploads.renew_upload_url(old.stored_object, actor=alice.actor)
    assert complete(put(renewed), alice).state == State.READ_ONLY
