"""Calls repeated after a lost answer, with the x-request-id that the official clients keep across their own retries."""

import pytest

from objects_app.models import AuditEvent, IdempotencyRecord, State, StoredObject
from tests.factories import make_object, put_bytes

NEW = {"name": "notes", "content_type": "text"}
FIRST = {"x-request-id": "stainless-python-retry-1"}
SECOND = {"x-request-id": "stainless-python-retry-2"}


def create(api, body=None, **headers) -> dict:
    return api.post("/v1/objects", body or NEW, **headers).json()


def test_a_repeated_create_is_the_same_object_with_a_usable_url(alice_api):
    first, second = create(alice_api, **FIRST), create(alice_api, **FIRST)
    assert second["id"] == first["id"]
    assert second["upload_url"].startswith(first["upload_url"].partition("?")[0])
    assert StoredObject.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (NEW, {}),
        (NEW, SECOND),
        ({**NEW, "name": "other"}, FIRST),
        (NEW, {"x-request-id": "a b"}),
        (NEW, {"x-request-id": ""}),
        (NEW, {"x-request-id": "x" * 201}),
    ],
)
def test_anything_else_is_a_new_request(alice_api, body, headers):
    first = create(alice_api, **FIRST)
    ids = {create(alice_api, body, **headers)["id"] for _ in range(2)}
    assert first["id"] not in ids


def test_an_id_that_cannot_be_used_remembers_nothing(alice_api):
    first, second = (create(alice_api, **{"x-request-id": "a b"}) for _ in range(2))
    assert first["id"] != second["id"]
    assert not IdempotencyRecord.objects.exists()


def test_another_account_s_repeat_is_its_own_request(alice_api, bob_api):
    assert create(alice_api, **FIRST)["id"] != create(bob_api, **FIRST)["id"]


def test_a_repeated_create_after_completion_has_no_upload_url(alice_api):
    made = create(alice_api, **FIRST)
    put_bytes(StoredObject.objects.get(pk=made["id"]), b"hello")
    alice_api.post(f"/v1/objects/{made['id']}/complete")
    again = create(alice_api, **FIRST)
    assert (again["id"], again["state"], again["upload_url"]) == (made["id"], "READ_ONLY", None)


def test_a_repeated_create_after_deletion_shows_the_tombstone(alice_api):
    made = create(alice_api, **FIRST)
    alice_api.delete(f"/v1/objects/{made['id']}")
    again = create(alice_api, **FIRST)
    assert (again["id"], again["state"], again["upload_url"]) == (made["id"], "DELETED", None)


def test_a_failure_is_not_remembered(alice_api, alice):
    waiting = make_object(alice, state=State.UPLOADING)
    assert alice_api.post(f"/v1/objects/{waiting.pk}/complete", {}, **FIRST).status_code == 400
    put_bytes(waiting, b"hello")
    assert alice_api.post(f"/v1/objects/{waiting.pk}/complete", {}, **FIRST).status_code == 200


def test_a_repeated_complete_is_the_same_answer(alice_api, alice):
    waiting = make_object(alice, state=State.UPLOADING)
    put_bytes(waiting, b"hello")
    answers = [alice_api.post(f"/v1/objects/{waiting.pk}/complete", {}, **FIRST) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert AuditEvent.objects.filter(action="object.completed").count() == 1


@pytest.mark.parametrize(("body", "headers"), [({}, SECOND), (b"", FIRST), ({}, {})])
def test_another_complete_is_a_conflict(alice_api, alice, body, headers):
    waiting = make_object(alice, state=State.UPLOADING)
    put_bytes(waiting, b"hello")
    alice_api.post(f"/v1/objects/{waiting.pk}/complete", {}, **FIRST)
    answer = alice_api.post(f"/v1/objects/{waiting.pk}/complete", body, **headers)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (409, "false")


def test_a_repeated_complete_after_deletion_shows_the_tombstone(alice_api, alice):
    waiting = make_object(alice, state=State.UPLOADING)
    put_bytes(waiting, b"hello")
    alice_api.post(f"/v1/objects/{waiting.pk}/complete", {}, **FIRST)
    alice_api.delete(f"/v1/objects/{waiting.pk}")
    assert alice_api.post(f"/v1/objects/{waiting.pk}/complete", {}, **FIRST).json()["state"] == "DELETED"


@pytest.mark.parametrize("headers", [FIRST, {}])
def test_a_repeated_delete_is_the_same_answer(alice_api, alice, headers):
    mine = make_object(alice)
    answers = [alice_api.post(f"/v1/objects/{mine.pk}/delete", {}, **headers) for _ in range(2)]
    assert answers[0].status_code == answers[1].status_code == 200
    assert answers[0].json() == answers[1].json()


def test_a_repeated_change_does_not_undo_a_later_one(alice_api, alice):
    mine = make_object(alice)
    alice_api.patch(f"/v1/objects/{mine.pk}", {"name": "first"}, **FIRST)
    alice_api.patch(f"/v1/objects/{mine.pk}", {"name": "second"}, **SECOND)
    assert alice_api.patch(f"/v1/objects/{mine.pk}", {"name": "first"}, **FIRST).json()["name"] == "second"


def test_a_repeated_upload_url_is_usable_while_uploading(alice_api, alice):
    waiting = make_object(alice, state=State.UPLOADING)
    path = f"/v1/objects/{waiting.pk}/upload_url"
    urls = [alice_api.post(path, {}, **FIRST).json()["upload_url"] for _ in range(2)]
    assert all(url.partition("?")[0].endswith(waiting.pk) for url in urls)
    alice_api.delete(f"/v1/objects/{waiting.pk}")
    assert alice_api.post(path, {}, **FIRST).json()["upload_url"] is None


def test_two_addresses_under_one_id_are_two_requests(alice_api, alice):
    first, second = make_object(alice), make_object(alice)
    for each in (first, second):
        assert alice_api.patch(f"/v1/objects/{each.pk}", {"name": "n"}, **FIRST).json()["name"] == "n"
