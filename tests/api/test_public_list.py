"""GET /v1/objects/public and GET /v1/objects/list_public"""

from datetime import timedelta

import pytest

from objects_app.models import State
from objects_app.operations import accounts
from tests.api.shapes import error, ids, view
from tests.factories import OPERATOR, make_object

PUBLIC = "/v1/objects/public"


@pytest.fixture(params=[PUBLIC, "/v1/objects/list_public"])
def path(request) -> str:
    return request.param


def test_everybodys_public_objects_are_listed_the_newest_first(alice_api, alice, bob, path):
    hers, his = make_object(alice, is_public=True), make_object(bob, is_public=True)
    make_object(alice), make_object(bob)
    answer = alice_api.get(path)
    shown = [view(id=his.pk, is_public=True), view(id=hers.pk, is_public=True)]
    assert (answer.status_code, answer.json()) == (200, {"objects": shown, "has_more": False, "total_count": 2})


def test_nobody_lists_anything_without_a_key(anonymous_api, alice, path):
    make_object(alice, is_public=True)
    answer = anonymous_api.get(path, {"limit": 0})
    assert (answer.status_code, answer.json()) == (401, error("not_authenticated"))


def test_a_key_that_only_writes_lists_nothing(writer_api, path):
    assert writer_api.get(path).json() == error("scope_missing", "This needs the scope objects:read.")


@pytest.mark.parametrize("state", [State.UPLOADING, State.ERROR, State.DELETED])
@pytest.mark.parametrize("query", [{}, {"state": "UPLOADING"}, {"state": "ERROR"}, {"state": "DELETED"}])
def test_only_finished_objects_are_listed_to_anybody(alice_api, bob_api, alice, state, query):
    make_object(alice, state=state, is_public=True)
    for api in (alice_api, bob_api):
        assert api.get(PUBLIC, query).json() == {"objects": [], "has_more": False, "total_count": 0}


def test_the_state_read_only_is_all_there_is(bob_api, alice):
    theirs = make_object(alice, is_public=True)
    assert ids(bob_api.get(PUBLIC, {"state": "READ_ONLY"})) == [theirs.pk]


def test_past_its_time_an_object_is_not_listed(bob_api, alice, set_clock):
    make_object(alice, is_public=True, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    assert bob_api.get(PUBLIC).json()["total_count"] == 0


def test_objects_of_a_suspended_account_are_not_listed(bob_api, alice):
    make_object(alice, is_public=True)
    accounts.suspend_account(alice.account, actor=OPERATOR)
    assert bob_api.get(PUBLIC).json()["total_count"] == 0


def test_visibility_is_no_filter_here(bob_api, alice):
    theirs = make_object(alice, is_public=True)
    assert ids(bob_api.get(PUBLIC, {"is_public": "false"})) == [theirs.pk]


@pytest.mark.parametrize("query", [{"name": "B_"}, {"search": "b_"}, {"content_type": "text"}])
def test_filters_hold_here_too(bob_api, alice, query):
    make_object(alice, "other", is_public=True)
    wanted = make_object(alice, "ab_c", content_type="text", is_public=True)
    assert ids(bob_api.get(PUBLIC, query)) == [wanted.pk]


def test_pages_follow_each_other(bob_api, alice, path):
    newest = [make_object(alice, is_public=True).pk for _ in range(3)][::-1]
    first = bob_api.get(path, {"limit": 2})
    second = bob_api.get(path, {"limit": 2, "starting_after": newest[1]})
    assert (ids(first), first.json()["has_more"]) == (newest[:2], True)
    assert (ids(second), second.json()["has_more"]) == (newest[2:], False)
    assert first.json()["total_count"] == second.json()["total_count"] == 3


@pytest.mark.parametrize("change", ["delete", "unpublish"])
def test_what_once_was_public_stays_a_cursor(alice_api, bob_api, alice, change):
    older, cursor = make_object(alice, is_public=True), make_object(alice, is_public=True)
    if change == "delete":
        alice_api.delete(f"/v1/objects/{cursor.pk}")
    else:
        alice_api.patch(f"/v1/objects/{cursor.pk}", {"is_public": False})
    assert ids(bob_api.get(PUBLIC, {"starting_after": cursor.pk})) == [older.pk]


@pytest.mark.parametrize("state", list(State))
def test_what_never_was_public_and_what_is_unknown_are_the_same_error(alice_api, bob_api, alice, state):
    make_object(alice, is_public=True)
    hidden = make_object(alice, state=state, is_public=state == State.UPLOADING)
    for api in (alice_api, bob_api):
        answers = [api.get(PUBLIC, {"starting_after": pk}) for pk in (hidden.pk, "obj_" + "z" * 30)]
        assert [(answer.status_code, answer.json()) for answer in answers] == [(400, error("invalid_cursor"))] * 2


def test_a_cursor_is_known_where_the_page_is_empty(bob_api, alice):
    cursor = make_object(alice, is_public=True)
    assert bob_api.get(PUBLIC, {"starting_after": cursor.pk}).json()["objects"] == []
    assert bob_api.get(PUBLIC, {"starting_after": cursor.pk, "state": "DELETED"}).status_code == 200


@pytest.mark.parametrize(("query", "count"), [({}, 2), ({"include_total_count": "false"}, 1)])
def test_a_page_is_one_query_and_its_count_another(bob_api, alice, django_assert_num_queries, query, count):
    make_object(alice, is_public=True)
    cursor = make_object(alice, is_public=True)
    bob_api.get(PUBLIC)  # the key is known from here on
    for after in ("", cursor.pk):
        with django_assert_num_queries(count):  # the page, and the count where it is wanted; a deep page costs no more
            bob_api.get(PUBLIC, {**query, "starting_after": after})
