"""PATCH /v1/objects/{id}"""

from datetime import timedelta

import pytest

from objects_app.models import AuditEvent, State, StoredObject
from objects_app.signing import milliseconds
from tests.api.shapes import error, ids, view
from tests.factories import make_object


def change(api, stored_object, **changes):
    return api.patch(f"/v1/objects/{stored_object.pk}", changes)


def test_everything_that_may_change_changes_at_once(alice_api, alice, set_clock):
    mine = make_object(alice, metadata={"old": "1"})
    now = set_clock(minutes=1)
    answer = change(alice_api, mine, name="new", is_public=True, metadata={"new": "2"}, ttl_ms=1000)
    ends = milliseconds(now) + 1000
    assert answer.status_code == 200
    assert answer.json() == view(name="new", is_public=True, metadata={"new": "2"}, delete_after_time_ms=ends)
    assert alice_api.get(f"/v1/objects/{mine.pk}").json() == answer.json()


@pytest.mark.parametrize("body", [{}, {"content_type": "x/y", "state": "DELETED", "size_bytes": 0, "sha256": "0" * 64}])
def test_nothing_else_changes(alice_api, alice, body):
    mine = make_object(alice)
    before = alice_api.get(f"/v1/objects/{mine.pk}").json()
    answer = alice_api.patch(f"/v1/objects/{mine.pk}", body)
    assert (answer.status_code, answer.json()) == (200, before)


def test_null_lifts_the_limit_of_life_and_empties_the_metadata(alice_api, alice):
    mine = make_object(alice, metadata={"k": "v"}, time_to_live=timedelta(minutes=1))
    assert change(alice_api, mine, ttl_ms=None, metadata=None).json() == view()


def test_an_upload_can_be_changed(alice_api, alice):
    answer = change(alice_api, make_object(alice, state=State.UPLOADING), name="new")
    assert (answer.json()["name"], answer.json()["state"]) == ("new", "UPLOADING")


def test_what_becomes_public_is_listed_and_what_becomes_private_is_not(alice_api, bob_api, alice):
    mine = make_object(alice)
    change(alice_api, mine, is_public=True)
    assert ids(bob_api.get("/v1/objects/public")) == [mine.pk]
    change(alice_api, mine, is_public=False)
    assert ids(bob_api.get("/v1/objects/public")) == []
    assert bob_api.get(f"/v1/objects/{mine.pk}").status_code == 404


@pytest.mark.parametrize("state", [State.ERROR, State.DELETED])
@pytest.mark.parametrize("changes", [{}, {"name": "new"}, {"is_public": True}])
def test_what_has_ended_does_not_change(alice_api, alice, state, changes):
    answer = change(alice_api, make_object(alice, state=state), **changes)
    assert (answer.status_code, answer.json()) == (409, error("wrong_state"))
    assert answer.headers["x-should-retry"] == "false"


def test_past_its_time_it_cannot_be_brought_back(alice_api, alice, set_clock):
    mine = make_object(alice, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    assert change(alice_api, mine, ttl_ms=None).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", 1),
        ("name", "a\x00"),
        ("is_public", None),
        ("is_public", "true"),
        ("ttl_ms", 0),
        ("ttl_ms", True),
        ("ttl_ms", "1"),
        ("metadata", {"k": 1}),
        ("metadata", []),
    ],
)
def test_bad_values_are_refused_and_nothing_changes(alice_api, alice, field, value):
    mine = make_object(alice)
    answer = change(alice_api, mine, **{"name": "new", field: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert StoredObject.objects.get(pk=mine.pk).name == "notes.txt"


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"{", b"\xff"])
def test_only_a_json_object_changes_anything(alice_api, alice, body):
    answer = alice_api.patch(f"/v1/objects/{make_object(alice).pk}", body)
    assert (answer.status_code, answer.json()) == (400, error("bad_request"))


def test_nobody_changes_anything_without_a_key(anonymous_api, alice):
    assert change(anonymous_api, make_object(alice, is_public=True), name="new").json() == error("not_authenticated")


@pytest.mark.parametrize(("is_public", "status"), [(False, 404), (True, 403)])
def test_a_stranger_changes_nothing(bob_api, alice, is_public, status):
    theirs = make_object(alice, is_public=is_public)
    assert change(bob_api, theirs, name="new").status_code == status
    assert StoredObject.objects.get(pk=theirs.pk).name == "notes.txt"


def test_a_key_that_only_reads_changes_nothing(reader_api, alice):
    answer = change(reader_api, make_object(alice), name="new")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_each_change_is_recorded(alice_api, alice):
    change(alice_api, make_object(alice), name="new", is_public=True)
    events = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(events)[-2:] == ["object.changed", "object.published"]


def test_a_new_name_takes_six_statements(alice_api, alice, django_assert_num_queries):
    mine = make_object(alice)
    alice_api.get("/v1/objects")  # the key is known from here on
    with django_assert_num_queries(6):  # the object, begin, its change, the event, end, the object as it is
        change(alice_api, mine, name="new")
