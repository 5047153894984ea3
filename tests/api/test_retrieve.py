"""GET /v1/objects/{id}"""

from datetime import timedelta

import pytest

from objects_app.models import AuditEvent, State
from objects_app.operations import accounts
from tests import factories
from tests.api.shapes import error, tombstone, unfinished, view
from tests.factories import make_object


def test_the_owner_sees_the_object(alice_api, alice):
    mine = make_object(alice, metadata={"k": "v"})
    answer = alice_api.get(f"/v1/objects/{mine.pk}")
    assert (answer.status_code, answer.json()) == (200, view(id=mine.pk, metadata={"k": "v"}))
    assert answer.headers["Content-Type"] == "application/json"


def test_the_owner_sees_an_unfinished_one_without_its_upload_url(alice_api, alice):
    mine = make_object(alice, state=State.UPLOADING)
    assert alice_api.get(f"/v1/objects/{mine.pk}").json() == unfinished(id=mine.pk)


def test_the_owner_sees_the_tombstone(alice_api, alice):
    mine = make_object(alice, state=State.DELETED, metadata={"k": "v"})
    assert alice_api.get(f"/v1/objects/{mine.pk}").json() == tombstone(id=mine.pk, size_bytes=None)


def test_the_owner_sees_why_an_object_failed(alice_api, alice):
    body = alice_api.get(f"/v1/objects/{make_object(alice, state=State.ERROR).pk}").json()
    assert body == view(state="ERROR", size_bytes=None, sha256=None, error_reason=body["error_reason"])
    assert "SHA-256" in body["error_reason"]


def test_past_its_time_the_owner_sees_a_tombstone(alice_api, alice, set_clock):
    mine = make_object(alice, metadata={"k": "v"}, time_to_live=timedelta(minutes=1))
    before = alice_api.get(f"/v1/objects/{mine.pk}").json()
    set_clock(minutes=2)
    after = alice_api.get(f"/v1/objects/{mine.pk}").json()
    assert before == view(delete_after_time_ms=before["create_time_ms"] + 60_000, metadata={"k": "v"})
    assert after == {**before, "state": "DELETED", "metadata": {}, "sha256": None}


def test_nobody_sees_anything_without_a_key(anonymous_api, alice):
    answer = anonymous_api.get(f"/v1/objects/{make_object(alice, is_public=True).pk}")
    assert (answer.status_code, answer.json()) == (401, error("not_authenticated"))


def test_a_stranger_sees_a_public_object(bob_api, alice):
    theirs = make_object(alice, is_public=True)
    answer = bob_api.get(f"/v1/objects/{theirs.pk}")
    assert (answer.status_code, answer.json()) == (200, view(id=theirs.pk, is_public=True))


def test_a_stranger_does_not_see_a_private_object(bob_api, alice):
    answer = bob_api.get(f"/v1/objects/{make_object(alice).pk}")
    assert (answer.status_code, answer.json()) == (404, error("object_not_found", "There is no such object."))


@pytest.mark.parametrize("state", [State.UPLOADING, State.ERROR, State.DELETED])
def test_a_stranger_does_not_see_a_public_object_that_is_not_finished(bob_api, alice, state):
    theirs = make_object(alice, state=state, is_public=True)
    assert bob_api.get(f"/v1/objects/{theirs.pk}").status_code == 404


def test_a_stranger_does_not_see_a_public_object_past_its_time(bob_api, alice, set_clock):
    theirs = make_object(alice, is_public=True, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    assert bob_api.get(f"/v1/objects/{theirs.pk}").status_code == 404


def test_public_objects_of_a_suspended_account_are_hidden(bob_api, alice):
    theirs = make_object(alice, is_public=True)
    accounts.suspend_account(alice.account, actor=factories.OPERATOR)
    assert bob_api.get(f"/v1/objects/{theirs.pk}").status_code == 404


def test_a_key_that_only_writes_reads_nothing(writer_api, alice):
    answer = writer_api.get(f"/v1/objects/{make_object(alice).pk}")
    assert (answer.status_code, answer.json()) == (403, error("scope_missing", "This needs the scope objects:read."))


def test_looking_at_metadata_leaves_no_event(alice_api, alice):
    mine = make_object(alice)
    events = AuditEvent.objects.count()
    alice_api.get(f"/v1/objects/{mine.pk}")
    assert AuditEvent.objects.count() == events


def test_looking_takes_one_query(alice_api, alice, django_assert_num_queries):
    mine = make_object(alice)
    alice_api.get("/v1/objects")  # the key is known from here on
    with django_assert_num_queries(1):  # the object
        alice_api.get(f"/v1/objects/{mine.pk}")


def test_the_first_call_of_a_key_looks_it_up_and_notes_its_use(alice_api, alice, django_assert_num_queries):
    mine = make_object(alice)
    with django_assert_num_queries(6):  # the key, whether its use was noted, that in a savepoint of two, the object
        alice_api.get(f"/v1/objects/{mine.pk}")
