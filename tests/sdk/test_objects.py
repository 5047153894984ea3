"""The low-level client: every method of `client.objects`, checked strictly by the client itself."""

import hashlib

import httpx
import pytest

from tests.sdk.conftest import on_every_shape

pytestmark = on_every_shape
PUBLIC = {"is_public": True}
TEN_MEGABYTES = bytes(range(256)) * 40_000


def test_create_answers_an_uploading_object_with_its_upload_url(objects, now, tag):
    created = now(objects.create(name=tag, content_type="text"))
    assert (created.name, created.content_type, created.state) == (tag, "text", "UPLOADING")
    assert created.upload_url.startswith("http://")
    assert (created.size_bytes, created.delete_after_time_ms, created.upload_headers) == (None, None, None)


def test_retrieve_answers_the_object_without_its_upload_url(objects, now, tag):
    created = now(objects.create(name=tag, content_type="binary", metadata={"team": "red"}))
    retrieved = now(objects.retrieve(created.id))
    assert retrieved.upload_url is None
    secrets = {"upload_url", "upload_expires_time_ms", "upload_headers"}
    assert retrieved.model_dump(exclude=secrets) == created.model_dump(exclude=secrets)


@pytest.mark.parametrize("content", [b"", b"text", TEN_MEGABYTES], ids=["empty", "small", "ten megabytes"])
def test_complete_makes_exactly_the_uploaded_bytes_final(objects, now, make_completed, content, fetch):
    completed = make_completed(content=content)
    assert (completed.state, completed.size_bytes) == ("READ_ONLY", len(content))
    assert completed.sha256 == hashlib.sha256(content).hexdigest()
    assert fetch(now(objects.download(completed.id)).download_url).content == content


@pytest.mark.parametrize("seconds", [1, 604_800])
def test_download_takes_a_duration(objects, now, make_completed, seconds):
    completed = make_completed()
    assert now(objects.download(completed.id, duration_seconds=seconds)).download_url.startswith("http://")


def test_delete_leaves_a_tombstone_without_metadata(objects, now, make_completed):
    completed = make_completed(metadata={"team": "red"})
    deleted = now(objects.delete(completed.id))
    assert (deleted.state, deleted.name, deleted.metadata or {}) == ("DELETED", completed.name, {})
    assert now(objects.retrieve(completed.id)).state == "DELETED"


def test_delete_ends_an_unfinished_upload_too_and_may_be_repeated(objects, now, tag, shape):
    created = now(objects.create(name=tag, content_type="text"))
    assert now(objects.delete(created.id)).state == "DELETED"
    assert now(objects.delete(created.id)).state == "DELETED"
    assert httpx.put(created.upload_url, content=b"late").is_client_error is (shape == "embedded")  # a store takes it
    assert now(objects.retrieve(created.id)).state == "DELETED"


def test_delete_ends_a_download_url(objects, now, make_completed):
    completed = make_completed()
    url = now(objects.download(completed.id)).download_url
    now(objects.delete(completed.id))
    assert httpx.get(url).status_code == 404


def test_a_time_to_live_counts_from_creation(objects, now, tag):
    created = now(objects.create(name=tag, content_type="text", ttl_ms=60_000))
    assert created.delete_after_time_ms == created.create_time_ms + 60_000


def test_an_object_past_its_time_to_live_is_deleted_without_any_job(objects, now, tag):
    created = now(objects.create(name=tag, content_type="text", ttl_ms=1))
    assert now(objects.retrieve(created.id)).state == "DELETED"


@pytest.mark.parametrize(
    "name", ["прайс-лист.csv", "写真/今日.png", "🧰 tools", 'a "quoted"; name', "e\u0301", "x" * 1024]
)
def test_names_come_back_as_they_were_given(objects, now, make_completed, name, fetch):
    completed = make_completed(name=name)
    assert completed.name == name
    assert fetch(now(objects.download(completed.id)).download_url).is_success


def test_metadata_comes_back_as_it_was_given(objects, now, tag):
    metadata = {"команда": "красная", "empty": "", "emoji": "🧰"}
    created = now(objects.create(name=tag, content_type="text", metadata=metadata))
    assert now(objects.retrieve(created.id)).metadata == metadata


def test_a_content_type_may_be_any_mime_type(connect, tag):
    lenient = connect(strict=False)
    created = lenient.now(lenient.objects.create(name=tag, content_type="image/svg+xml; charset=utf-8"))
    assert created.content_type == "image/svg+xml; charset=utf-8"


def test_an_object_is_private_unless_asked_otherwise(objects, now, tag):
    assert now(objects.create(name=tag, content_type="text")).is_public is False
    assert now(objects.create(name=tag, content_type="text", extra_body=PUBLIC)).is_public is True


def test_the_last_upload_before_completion_wins(objects, now, tag, fetch):
    created = now(objects.create(name=tag, content_type="text"))
    for content in (b"first, and longer", b"second"):
        httpx.put(created.upload_url, content=content).raise_for_status()
    assert now(objects.complete(created.id)).size_bytes == len(b"second")
    assert fetch(now(objects.download(created.id)).download_url).content == b"second"


def test_a_completed_object_takes_no_other_content(objects, now, tag, fetch, shape):
    created = now(objects.create(name=tag, content_type="text"))
    httpx.put(created.upload_url, content=b"original").raise_for_status()
    now(objects.complete(created.id))
    told = httpx.put(created.upload_url, content=b"replaced").status_code
    assert told == {"embedded": 403, "scaled": 200}[shape]  # a store takes it and nobody ever reads it
    assert fetch(now(objects.download(created.id)).download_url).content == b"original"


def test_a_stranger_may_read_a_public_object(bob, make_completed, fetch):
    completed = make_completed(content=b"for all", extra_body=PUBLIC)
    assert bob.now(bob.objects.retrieve(completed.id)).upload_url is None
    assert fetch(bob.now(bob.objects.download(completed.id)).download_url).content == b"for all"


def test_raw_answers_carry_a_request_id(objects, now, tag):
    answer = now(objects.with_raw_response.create(name=tag, content_type="text"))
    assert answer.status_code == 200
    assert answer.headers["x-request-id"]
