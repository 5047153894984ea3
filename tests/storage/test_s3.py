"""A bucket: URLs that allow one thing, copies under a condition, and what age has to tell where there are no locks."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.storage import BlobChanged, BlobHead, BlobNotFound, digest_of, s3_transfer
from objects_app.storage import s3 as s3_module
from tests.s3.faults import fail, lose_answer
from tests.s3_server import s3_storage

HELLO = hashlib.sha256(b"hello").hexdigest()
MINUTE = timedelta(minutes=1)
PART = 5 * 1024**2  # the smallest that stores take


@pytest.fixture
def store(s3):
    store = s3_storage(s3, young_blob=timedelta(0))
    store.prepare(holds_blobs=False)
    return store


@pytest.fixture
def staged(store):
    """The key of a staged blob, and the URL to PUT to."""
    key = store.new_staging_key("obj_1")
    return key, store.presign_upload(key, lifetime=MINUTE, size=None, sha256="").url


def put(url, content=b"hello", **headers):
    return httpx.put(url, content=content, headers=headers).status_code


def copy(store, key, head=None, note=lambda _: None):
    blob_key = store.new_blob_key()
    return blob_key, store.copy(key, head or store.head(key), blob_key, note_upload=note)


def test_an_upload_url_signs_the_host_alone(staged):
    assert parse_qs(urlsplit(staged[1]).query)["X-Amz-SignedHeaders"] == ["host"]
    assert put(staged[1], **{"Content-Type": "text/x"}) == 200


def test_what_was_declared_is_signed_and_has_to_be_sent(store):
    upload = store.presign_upload(store.new_staging_key("obj_1"), lifetime=MINUTE, size=5, sha256=HELLO)
    digest = base64.b64encode(bytes.fromhex(HELLO)).decode()
    assert upload.headers == {"Content-Length": "5", "x-amz-checksum-sha256": digest}
    assert [put(upload.url, **upload.headers), put(upload.url)] == [200, 403]


def test_another_body_than_the_declared_one_is_refused_by_the_store(store):
    upload = store.presign_upload(store.new_staging_key("obj_1"), lifetime=MINUTE, size=5, sha256=HELLO)
    assert put(upload.url, b"other", **upload.headers) == 400


def test_an_upload_url_cannot_name_another_key_and_ends_with_its_lifetime(s3, staged):
    assert put(staged[1].replace("obj_1", "obj_2")) == 403
    s3.proxy.ahead = timedelta(minutes=2)
    assert put(staged[1]) == 403


def test_a_download_url_says_how_browsers_take_the_content(store, staged):
    put(staged[1])
    key, _ = copy(store, staged[0])
    told = {"content_type": "text/html", "disposition": "attachment; filename*=UTF-8''%C3%A9"}
    answer = httpx.get(store.presign_download(key, lifetime=MINUTE, **told))
    assert answer.content == b"hello"
    assert [answer.headers[name] for name in ("content-type", "content-disposition", "cache-control")] == [
        *told.values(),
        "private, no-store",
    ]


def test_a_copy_is_of_what_was_looked_at(store, staged):
    put(staged[1])
    key, _ = copy(store, staged[0])
    put(staged[1], b"another")
    assert digest_of(store, key) == HELLO


def test_what_was_replaced_since_the_look_is_not_copied(s3, store, staged):
    put(staged[1])
    head = store.head(staged[0])
    put(staged[1], b"other")
    with pytest.raises(BlobChanged):
        copy(store, staged[0], head)
    assert not s3.keys("deployment/blob/")


def test_a_store_that_ignores_the_condition_is_found_out(s3, moto, store, staged):
    put(staged[1])
    head = store.head(staged[0])
    put(staged[1], b"other")
    s3.endpoint_url = moto.url
    careless = s3_storage(s3)
    with pytest.raises(BlobChanged):
        copy(careless, staged[0], head)
    assert copy(careless, staged[0])[1] == ""
    assert s3.keys("deployment/holdall") == ["deployment/holdall-objects"]


def test_what_is_gone_is_not_copied(store):
    with pytest.raises(BlobNotFound):
        copy(store, store.new_staging_key("obj_1"), BlobHead(5, '"1"'))


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(s3_module, "LARGEST_COPY", PART)
    monkeypatch.setattr(s3_module, "COPIED_PART", PART)
    monkeypatch.setattr(s3_transfer, "PART", PART)


def test_a_large_blob_is_copied_in_parts_whose_upload_is_noted_first(s3, store, staged, small_parts):
    content = bytes(range(256)) * (PART // 128)
    put(staged[1], content)
    noted = []
    key, _ = copy(store, staged[0], note=lambda upload_id: noted.append((upload_id, s3.proxy.operations()[-1])))
    assert [operation for _, operation in noted] == ["CreateMultipartUpload"]
    assert digest_of(store, key) == hashlib.sha256(content).hexdigest()
    assert s3.uploads() == {}


def test_a_large_blob_that_changes_between_parts_is_not_copied(s3, store, staged, small_parts):
    put(staged[1], b"a" * (2 * PART))
    head = store.head(staged[0])
    put(staged[1], b"b" * (2 * PART))
    with pytest.raises(BlobChanged):
        copy(store, staged[0], head)
    assert s3.uploads() == {}


def test_a_large_blob_is_written_in_parts(s3, store, small_parts):
    writer = store.create()
    writer.write([b"a" * PART, b"b" * PART, b"c"])
    key = writer.commit()
    assert (store.size_of(key), s3.proxy.operations().count("UploadPart")) == (2 * PART + 1, 3)


def test_a_large_blob_that_is_discarded_leaves_no_parts(s3, store, small_parts):
    writer = store.create()
    writer.write([b"a" * PART, b"b"])
    writer.discard()
    assert (s3.uploads(), s3.keys("deployment/blob/")) == ({}, [])


def test_parts_that_a_dead_writer_left_are_swept_once_no_transfer_can_be_so_long(s3, store, small_parts, settings):
    store.create().write([b"a" * PART])
    settings.TRANSFER_TOTAL_TIMEOUT = timedelta(days=10_000)  # moto dates every upload into 2010
    assert list(store.list_parts()) == []
    settings.TRANSFER_TOTAL_TIMEOUT = timedelta(0)
    [part] = store.list_parts()
    assert store.delete_part(part.key)
    assert s3.uploads() == {}


def test_a_commit_whose_answer_was_lost_leaves_nothing_once_it_is_discarded(s3, store):
    writer = store.create()
    writer.write([b"hello"])
    s3.proxy.plan("PutObject", lose_answer(), call=1)
    with pytest.raises(StorageUnavailable):
        writer.commit()
    writer.discard()
    assert s3.keys("deployment/blob/") == []


def test_many_blobs_are_deleted_in_batches(s3, store, monkeypatch):
    monkeypatch.setattr(s3_module, "DELETED_AT_ONCE", 10)
    keys = [store.new_blob_key() for _ in range(25)]
    for key in keys:
        s3.put(f"deployment/{key}", b"x")
    before = len(s3.proxy.calls)
    store.delete(keys)
    assert [call.operation for call in s3.proxy.calls[before:]] == ["DeleteObjects"] * 3
    assert s3.keys("deployment/blob/") == []


def test_a_store_without_batches_is_asked_for_each(s3, store):
    keys = [store.new_blob_key() for _ in range(3)]
    for key in keys:
        s3.put(f"deployment/{key}", b"x")
    s3.proxy.plan("DeleteObjects", fail(501, "NotImplemented"), call=0)
    store.delete(keys)
    assert s3.keys("deployment/blob/") == []


def test_another_bucket_than_ours_has_lost_no_blob(s3, store):
    s3.client().delete_object(Bucket=s3.bucket, Key="deployment/holdall-objects")
    for ask in (store.size_of, store.open, store.head):
        with pytest.raises(StorageUnavailable):
            ask(store.new_blob_key())
    with pytest.raises(StorageUnavailable, match="S3_PREFIX"):
        store.prepare(holds_blobs=True)


def test_a_young_blob_may_be_waiting_for_its_row_and_is_not_listed(s3, store):
    writer = store.create()
    writer.commit()
    assert list(s3_storage(s3).list_blobs()) == []
    assert len(list(store.list_blobs())) == 1


@pytest.mark.parametrize(("delivery", "age"), [("direct", timedelta(minutes=10)), ("proxy", timedelta(days=1))])
def test_how_long_a_blob_is_young_is_told_by_who_sends_it(settings, store, delivery, age):
    settings.S3_BACKEND, settings.UPLOAD_DELIVERY = store.clients.options, delivery
    assert s3_module.S3Storage.from_settings().young_blob == age


def test_a_full_store_is_told_from_a_broken_one(s3, store):
    for code, error in (("QuotaExceeded", StorageFull), ("SlowDown", StorageUnavailable)):
        s3.proxy.plan("PutObject", fail(503, code), call=1)
        with pytest.raises(error):
            store.create().commit()


def test_no_message_tells_a_url(s3, store):
    s3.proxy.stop()
    with pytest.raises(StorageUnavailable) as failure:
        store.size_of(store.new_blob_key())
    assert "http" not in str(failure.value)
