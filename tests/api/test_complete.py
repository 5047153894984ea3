"""POST /v1/objects/{id}/complete"""

from datetime import timedelta

import pytest

from objects_app.models import State, StoredObject
from tests.api.shapes import error, view
from tests.factories import make_object, put_bytes


@pytest.fixture
def uploading(alice) -> StoredObject:
    return make_object(alice, state=State.UPLOADING)


@pytest.fixture
def uploaded(uploading) -> StoredObject:
    put_bytes(uploading, b"hello")
    return uploading


def complete(api, stored_object, body=None, **headers):
    return api.post(f"/v1/objects/{stored_object.pk}/complete", body, **headers)


@pytest.mark.parametrize("body", [b"", {}, {"unknown": 1}])
def test_what_was_uploaded_becomes_the_content(alice_api, uploaded, body):
    answer = complete(alice_api, uploaded, body)
    assert (answer.status_code, answer.json()) == (200, view(id=uploaded.pk))


def test_nothing_at_all_is_no_content(alice_api, uploading):
    answer = complete(alice_api, uploading)
    assert (answer.status_code, answer.json()) == (400, error("nothing_uploaded"))


def test_no_bytes_are_content_when_they_were_uploaded(alice_api, uploading):
    put_bytes(uploading, b"")
    assert complete(alice_api, uploading).json()["size_bytes"] == 0


@pytest.mark.parametrize("declared", [{"size_bytes": 6}, {"sha256": "0" * 64}])
def test_content_that_is_not_as_declared_ends_in_error(alice_api, declared):
    body = alice_api.post("/v1/objects", {"name": "n", "content_type": "text", **declared}).json()
    put_bytes(StoredObject.objects.get(pk=body["id"]), b"hello")
    answer = alice_api.post(f"/v1/objects/{body['id']}/complete")
    assert (answer.status_code, answer.json()) == (400, error("content_mismatch"))
    after = alice_api.get(f"/v1/objects/{body['id']}").json()
    assert (after["state"], after["error_reason"]) == ("ERROR", answer.json()["message"])


def test_content_that_is_too_large_ends_in_error(alice_api, uploaded, settings):
    settings.MAX_OBJECT_BYTES = 4
    assert complete(alice_api, uploaded).json()["code"] == "content_mismatch"
    assert alice_api.get(f"/v1/objects/{uploaded.pk}").json()["state"] == "ERROR"


@pytest.mark.parametrize("state", [State.READ_ONLY, State.ERROR, State.DELETED])
def test_a_conflict_that_will_not_heal_says_so(alice_api, alice, state):
    answer = complete(alice_api, make_object(alice, state=state), {})
    assert (answer.status_code, answer.json()) == (409, error("not_uploading"))
    assert answer.headers["x-should-retry"] == "false"


def test_past_its_time_an_upload_is_not_completed(alice_api, alice, set_clock):
    short = make_object(alice, state=State.UPLOADING, time_to_live=timedelta(minutes=1))
    put_bytes(short, b"x")
    set_clock(minutes=2)
    assert complete(alice_api, short).status_code == 409


def test_nobody_completes_without_a_key(anonymous_api, uploaded):
    assert complete(anonymous_api, uploaded).json() == error("not_authenticated")
    assert StoredObject.objects.get(pk=uploaded.pk).state == State.UPLOADING


def test_a_stranger_cannot_complete_the_upload(bob_api, uploaded):
    answer = complete(bob_api, uploaded)
    assert (answer.status_code, answer.json()) == (404, error("object_not_found"))
    assert StoredObject.objects.get(pk=uploaded.pk).state == State.UPLOADING


def test_a_stranger_may_not_complete_what_they_see(bob_api, alice):
    answer = complete(bob_api, make_object(alice, is_public=True))
    assert (answer.status_code, answer.json()) == (403, error("not_allowed"))


def test_a_public_upload_of_a_stranger_is_not_even_there(bob_api, alice):
    assert complete(bob_api, make_object(alice, state=State.UPLOADING, is_public=True)).status_code == 404


def test_a_key_that_only_reads_completes_nothing(reader_api, uploaded):
    answer = complete(reader_api, uploaded)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_completing_takes_seven_statements(alice_api, uploaded, django_assert_num_queries):
    alice_api.get("/v1/objects")  # the key is known from here on
    with django_assert_num_queries(7):  # the object, begin, the upload, its change, the event, end, the object as it is
        complete(alice_api, uploaded)
