"""GET /v1/objects/metadata/keys and GET /v1/objects/metadata/keys/{key}/values"""

from datetime import timedelta

import pytest

from objects_app import metadata_listing
from objects_app.models import State
from tests.api.shapes import error
from tests.factories import make_object

KEYS = "/v1/objects/metadata/keys"


def test_keys_are_sorted_and_told_once(alice_api, alice):
    make_object(alice, metadata={"b": "1", "a": "1"})
    make_object(alice, metadata={"a": "2", "ä/ö": ""}, state=State.UPLOADING)
    answer = alice_api.get(KEYS)
    assert (answer.status_code, answer.json()) == (200, {"keys": ["a", "b", "ä/ö"]})


def test_values_are_sorted_and_told_once(alice_api, alice):
    for value in ["2", "1", "2", ""]:
        make_object(alice, metadata={"k": value})
    answer = alice_api.get(f"{KEYS}/k/values")
    assert (answer.status_code, answer.json()) == (200, {"key": "k", "values": ["", "1", "2"]})


def test_an_unknown_key_has_no_values(alice_api):
    answer = alice_api.get(f"{KEYS}/nothing/values")
    assert (answer.status_code, answer.json()) == (200, {"key": "nothing", "values": []})


@pytest.mark.parametrize(("key", "path"), [("a/b", "a%2Fb"), ("a/values", "a/values"), ("ä ?", "%C3%A4%20%3F")])
def test_any_key_has_an_address(alice_api, alice, key, path):
    make_object(alice, metadata={key: "v"})
    assert alice_api.get(f"{KEYS}/{path}/values").json() == {"key": key, "values": ["v"]}


@pytest.mark.parametrize("path", ["%00", "a%1Fb", "k" * 129])
def test_what_cannot_be_a_key_is_refused(alice_api, path):
    answer = alice_api.get(f"{KEYS}/{path}/values")
    assert (answer.status_code, answer.json()) == (400, error("invalid", errors={"key": ["This is no metadata key."]}))


def test_what_is_deleted_has_no_metadata(alice_api, alice):
    make_object(alice, metadata={"k": "v"}, state=State.DELETED)
    assert alice_api.get(KEYS).json() == {"keys": []}


def test_past_its_time_an_object_has_no_metadata(alice_api, alice, set_clock):
    make_object(alice, metadata={"k": "v"}, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    assert alice_api.get(KEYS).json() == {"keys": []}
    assert alice_api.get(f"{KEYS}/k/values").json()["values"] == []


def test_replaced_metadata_are_forgotten(alice_api, alice):
    mine = make_object(alice, metadata={"old": "1"})
    alice_api.patch(f"/v1/objects/{mine.pk}", {"metadata": {"new": "2"}})
    assert alice_api.get(KEYS).json() == {"keys": ["new"]}


def test_strangers_keep_their_metadata_even_of_public_objects(bob_api, alice):
    make_object(alice, metadata={"k": "v"}, is_public=True)
    assert bob_api.get(KEYS).json() == {"keys": []}
    assert bob_api.get(f"{KEYS}/k/values").json() == {"key": "k", "values": []}


@pytest.mark.parametrize("path", [KEYS, f"{KEYS}/k/values", f"{KEYS}/%00/values"])
def test_nobody_learns_anything_without_a_key(anonymous_api, path):
    assert anonymous_api.get(path).json() == error("not_authenticated")


@pytest.mark.parametrize("path", [KEYS, f"{KEYS}/k/values"])
def test_a_key_that_only_writes_learns_nothing(writer_api, path):
    answer = writer_api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_no_more_than_the_limit_is_told(alice_api, alice, monkeypatch):
    make_object(alice, metadata={"a": "1", "b": "1", "c": "1"})
    monkeypatch.setattr(metadata_listing, "MOST_METADATA", 2)
    assert alice_api.get(KEYS).json() == {"keys": ["a", "b"]}


@pytest.mark.parametrize("path", [KEYS, f"{KEYS}/k/values"])
def test_either_takes_one_query(alice_api, path, django_assert_num_queries):
    alice_api.get("/v1/objects")  # the key is known from here on
    with django_assert_num_queries(1):  # the pairs
        alice_api.get(path)
