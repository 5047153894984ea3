"""DELETE /v1/objects/{id} and POST /v1/objects/{id}/delete"""

from datetime import timedelta

import pytest

from objects_app.models import AuditEvent, State, StoredObject
from tests.api.shapes import error, tombstone
from tests.factories import make_object

DIALECTS = {
    "documented": lambda api, stored_object: api.delete(f"/v1/objects/{stored_object.pk}"),
    "sdk": lambda api, stored_object: api.post(f"/v1/objects/{stored_object.pk}/delete", {}),
    "sdk, without a body": lambda api, stored_object: api.post(f"/v1/objects/{stored_object.pk}/delete"),
}


@pytest.fixture(params=DIALECTS)
def delete(request):
    return DIALECTS[request.param]


def test_the_tombstone_is_shown_and_the_bytes_are_gone(alice_api, alice, delete, blobs):
    mine = make_object(alice, metadata={"k": "v"})
    answer = delete(alice_api, mine)
    assert (answer.status_code, answer.json()) == (200, tombstone(id=mine.pk))
    assert blobs.blobs == {}


@pytest.mark.parametrize("state", list(State))
def test_every_state_can_be_deleted(alice_api, alice, delete, state):
    answer = delete(alice_api, make_object(alice, state=state))
    assert (answer.status_code, answer.json()["state"]) == (200, "DELETED")


def test_deleting_again_is_the_same_answer_and_no_second_event(alice_api, alice, delete):
    mine = make_object(alice)
    first, second = delete(alice_api, mine), delete(alice_api, mine)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert AuditEvent.objects.filter(action="object.deleted").count() == 1


def test_past_its_time_it_can_still_be_deleted(alice_api, alice, delete, set_clock):
    mine = make_object(alice, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    assert delete(alice_api, mine).json()["state"] == "DELETED"


def test_nobody_deletes_without_a_key(anonymous_api, alice, delete):
    mine = make_object(alice, is_public=True)
    answer = delete(anonymous_api, mine)
    assert (answer.status_code, answer.json()) == (401, error("not_authenticated"))
    assert StoredObject.objects.get(pk=mine.pk).state == State.READ_ONLY


@pytest.mark.parametrize(("is_public", "status"), [(False, 404), (True, 403)])
def test_a_stranger_deletes_nothing(bob_api, alice, delete, is_public, status):
    theirs = make_object(alice, is_public=is_public)
    assert delete(bob_api, theirs).status_code == status
    assert StoredObject.objects.get(pk=theirs.pk).state == State.READ_ONLY


def test_a_stranger_does_not_see_what_was_deleted(alice_api, bob_api, alice, delete):
    theirs = make_object(alice, is_public=True)
    delete(alice_api, theirs)
    answer = delete(bob_api, theirs)
    assert (answer.status_code, answer.json()) == (404, error("object_not_found"))


def test_a_key_that_only_reads_deletes_nothing(reader_api, alice, delete):
    mine = make_object(alice)
    assert delete(reader_api, mine).json() == error("scope_missing", "This needs the scope objects:write.")
    assert StoredObject.objects.get(pk=mine.pk).state == State.READ_ONLY


def test_deleting_again_takes_five_statements(alice_api, alice, delete, django_assert_num_queries):
    gone = make_object(alice, state=State.DELETED)
    alice_api.get("/v1/objects")  # the key is known from here on
    with django_assert_num_queries(5):  # the object, begin, nothing to change, end, the object as it is
        delete(alice_api, gone)
