"""GET /v1/objects"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from objects_app.models import State, StoredObject
from objects_app.operations import objects
from tests.api.shapes import error, ids, unfinished, view
from tests.factories import make_object

LIST = "/v1/objects"


@pytest.fixture
def five(alice) -> list[str]:
    """Ids of five objects, the newest first."""
    return [make_object(alice, f"{number}").pk for number in range(5)][::-1]


def walk(api, path: str, **query) -> list[list[str]]:
    """The ids of each page, to the end."""
    pages = []
    answer = api.get(path, query).json()
    while answer["objects"]:
        pages.append([each["id"] for each in answer["objects"]])
        if not answer["has_more"]:
            break
        answer = api.get(path, {**query, "starting_after": pages[-1][-1]}).json()
    return pages


def test_a_page_is_the_account_s_objects_the_newest_first(alice_api, alice):
    first = make_object(alice, is_public=True)
    second = make_object(alice, state=State.UPLOADING)
    answer = alice_api.get(LIST)
    shown = [unfinished(id=second.pk), view(id=first.pk, is_public=True)]
    assert (answer.status_code, answer.json()) == (200, {"objects": shown, "has_more": False, "total_count": 2})


def test_an_account_without_objects_has_an_empty_page(alice_api):
    assert alice_api.get(LIST).json() == {"objects": [], "has_more": False, "total_count": 0}


def test_nobody_lists_anything_without_a_key(anonymous_api):
    answer = anonymous_api.get(LIST, {"limit": "nonsense"})
    assert (answer.status_code, answer.json()) == (401, error("not_authenticated"))


def test_strangers_objects_are_not_in_the_list_and_not_in_the_count(bob_api, alice):
    make_object(alice, is_public=True)
    assert bob_api.get(LIST).json() == {"objects": [], "has_more": False, "total_count": 0}


def test_a_key_that_only_writes_lists_nothing(writer_api):
    answer = writer_api.get(LIST)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(("limit", "has_more"), [(4, True), (5, False), (6, False), (5001, False), (10**60, False)])
def test_has_more_is_exact_and_large_limits_are_clamped(alice_api, five, limit, has_more):
    answer = alice_api.get(LIST, {"limit": limit})
    assert ids(answer) == five[:limit]
    assert answer.json()["has_more"] is has_more


@pytest.mark.parametrize(
    "query", ["", "limit=&name=&search=&state=&starting_after=&include_total_count=&is_public=&content_type=", "x=1&&="]
)
def test_the_default_is_a_page_of_twenty(alice_api, alice, query):
    for _ in range(21):
        make_object(alice, state=State.UPLOADING)
    body = alice_api.get(f"{LIST}?{query}").json()
    assert (len(body["objects"]), body["has_more"], body["total_count"]) == (20, True, 21)


def test_pages_follow_each_other_and_have_the_same_count(alice_api, five):
    assert walk(alice_api, LIST, limit=2) == [five[0:2], five[2:4], five[4:5]]
    assert alice_api.get(LIST, {"limit": 2, "starting_after": five[1]}).json()["total_count"] == 5


def test_after_the_last_one_there_is_nothing(alice_api, five):
    answer = alice_api.get(LIST, {"starting_after": five[-1]})
    assert answer.json() == {"objects": [], "has_more": False, "total_count": 5}


def test_what_is_made_meanwhile_shifts_nothing(alice_api, alice, five):
    make_object(alice)
    assert ids(alice_api.get(LIST, {"limit": 2, "starting_after": five[1]})) == five[2:4]


def test_objects_of_one_instant_have_an_order(alice_api, alice, set_clock):
    set_clock()
    made = [make_object(alice).pk for _ in range(5)]
    pages = walk(alice_api, LIST, limit=2)
    assert [each for page in pages for each in page] == sorted(made, reverse=True)


def test_a_cursor_survives_the_deletion_of_its_object(alice_api, five):
    alice_api.delete(f"{LIST}/{five[1]}")
    answer = alice_api.get(LIST, {"limit": 2, "starting_after": five[1]})
    assert (ids(answer), answer.json()["total_count"]) == (five[2:4], 4)


def test_a_cursor_outlives_its_object_s_time(alice_api, alice, set_clock):
    first = make_object(alice)
    short = make_object(alice, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    assert ids(alice_api.get(LIST, {"starting_after": short.pk})) == [first.pk]


def test_unknown_and_foreign_cursors_are_the_same_error(alice_api, bob, five):
    unknown = "obj_" + "0" * 30
    answers = [alice_api.get(LIST, {"starting_after": pk}) for pk in (unknown, make_object(bob).pk, "nonsense", " ")]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert [answer.json() for answer in answers] == [error("invalid_cursor")] * 4


def test_the_count_is_left_out_where_it_is_not_wanted(alice_api, five):
    assert set(alice_api.get(LIST, {"include_total_count": "false"}).json()) == {"objects", "has_more"}


def test_the_count_is_of_the_filtered_set(alice_api, five):
    assert alice_api.get(LIST, {"name": "3", "limit": 1}).json()["total_count"] == 1


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("100%", ["100% sure"]),
        ("_", ["a_b"]),
        ("A_B", ["a_b"]),
        ("ax", ["AXB"]),
        ("\\", ["back\\slash"]),
        ("STRASSE", ["Straße"]),
        ("straße", ["Straße"]),
        ("i̇", ["İzmir"]),
        ("İ", ["İzmir"]),
        ("CAFÉ", ["café"]),
        ("b", ["back\\slash", "AXB", "a_b"]),
        ("'; --", []),
        ("%", ["100% sure"]),
        (" ", ["100% sure"]),
    ],
)
def test_a_name_is_found_by_a_part_whatever_its_case(alice_api, alice, name, found):
    for each in ["100% sure", "a_b", "AXB", "back\\slash", "Straße", "\u0130zmir", "caf\u00e9"]:
        make_object(alice, each, state=State.UPLOADING)
    for parameter in ["name", "search"]:
        assert [each["name"] for each in alice_api.get(LIST, {parameter: name}).json()["objects"]] == found


def test_a_search_finds_an_exact_id_too(alice_api, five):
    assert ids(alice_api.get(LIST, {"search": five[2]})) == [five[2]]
    assert ids(alice_api.get(LIST, {"search": five[2][:-1]})) == []
    assert ids(alice_api.get(LIST, {"name": five[2]})) == []


def test_a_content_type_is_found_exactly(alice_api, alice):
    for content_type in ["text", "text/plain", "text/plain; charset=utf-8", "Text/Plain"]:
        make_object(alice, content_type, content_type=content_type)
    for content_type in ["text", "text/plain", "Text/Plain"]:
        body = alice_api.get(LIST, {"content_type": content_type}).json()
        assert [each["name"] for each in body["objects"]] == [content_type]


@pytest.mark.parametrize("state", list(State))
def test_a_state_is_a_filter(alice_api, alice, state):
    made = {each: make_object(alice, state=each).pk for each in State}
    assert ids(alice_api.get(LIST, {"state": state})) == [made[state]]


def test_deleted_objects_are_left_out_unless_asked_for(alice_api, alice):
    shown = [make_object(alice, state=state).pk for state in State if state != State.DELETED]
    make_object(alice, state=State.DELETED)
    answer = alice_api.get(LIST)
    assert (sorted(ids(answer)), answer.json()["total_count"]) == (sorted(shown), 3)


@pytest.mark.parametrize(("state", "count"), [("", 0), ("READ_ONLY", 0), ("UPLOADING", 0), ("DELETED", 2)])
def test_past_their_time_objects_are_deleted_ones(alice_api, alice, set_clock, state, count):
    for each in (State.READ_ONLY, State.UPLOADING):
        make_object(alice, state=each, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    body = alice_api.get(LIST, {"state": state}).json()
    assert (body["total_count"], [each["state"] for each in body["objects"]]) == (count, ["DELETED"] * count)


@pytest.mark.parametrize("is_public", ["true", "false"])
def test_visibility_is_a_filter(alice_api, alice, is_public):
    made = {"true": make_object(alice, is_public=True).pk, "false": make_object(alice).pk}
    assert ids(alice_api.get(LIST, {"is_public": is_public})) == [made[is_public]]


def test_filters_are_combined(alice_api, alice, five):
    wanted = make_object(alice, "3rd", content_type="text", is_public=True)
    query = {"name": "3", "content_type": "text", "state": "READ_ONLY", "is_public": "true", "search": "R"}
    assert ids(alice_api.get(LIST, query)) == [wanted.pk]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=1.5",
        "limit=ten",
        "limit=%D9%A3",
        "limit=%2B5",
        "limit=1e3",
        "limit=0x10",
        "state=GONE",
        "state=read_only",
        "include_total_count=True",
        "include_total_count=1",
        "is_public=yes",
        "name=%00",
        "search=a%0Ab",
        "content_type=%7F",
        "starting_after=%C2%85",
        "state=%00",
        f"name={'x' * 1025}",
    ],
)
def test_other_values_are_refused(alice_api, query):
    answer = alice_api.get(f"{LIST}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["errors"]) == [query.partition("=")[0]]


@pytest.mark.parametrize("query", ["name=%FF", "name=%ED%A0%80", "%FF=1", "&".join(["a=1"] * 101)])
def test_a_query_that_is_no_text_is_refused(alice_api, query):
    answer = alice_api.get(f"{LIST}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_bytes_of_utf_8_need_no_escape(alice_api, alice):
    mine = make_object(alice, "café")
    answer = alice_api.client.get(LIST, QUERY_STRING="name=café".encode().decode("latin-1"))
    assert ids(answer) == [mine.pk]


def test_no_lookup_comes_from_the_query(alice_api, alice, bob):
    make_object(bob)
    mine = make_object(alice)
    query = {"account": bob.account.pk, "account_id": bob.account.pk, "_connector": "OR", "id__gt": "", "order": "id"}
    assert ids(alice_api.get(LIST, query)) == [mine.pk]


@pytest.mark.parametrize(
    ("query", "count"),
    [({}, 2), ({"include_total_count": "false"}, 1), ({"name": "1"}, 2), ({"starting_after": "cursor"}, 2)],
)
def test_a_page_is_one_query_and_its_count_another(alice_api, five, django_assert_num_queries, query, count):
    query = {name: five[2] if value == "cursor" else value for name, value in query.items()}
    alice_api.get(LIST)  # the key is known from here on
    with django_assert_num_queries(count):  # the page, and the count where it is wanted; a deep page costs no more
        alice_api.get(LIST, query)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(1, 7),
    steps=st.lists(st.tuples(st.sampled_from(["create", "shown", "ahead"]), st.integers(0, 99))),
)
def test_walking_shows_every_object_that_stays_once_and_in_order(alice_api, alice, limit, steps):
    StoredObject.objects.filter(account=alice.account).delete()
    waiting = [make_object(alice, state=State.UPLOADING).pk for _ in range(8)]
    shown, doomed, after, more = [], set(), "", True
    while more:
        body = alice_api.get(LIST, {"limit": limit, "starting_after": after}).json()
        shown += [each["id"] for each in body["objects"]]
        more, after = body["has_more"], shown[-1] if shown else ""
        for step, number in [steps.pop() for _ in range(min(2, len(steps)))]:
            ahead = [pk for pk in waiting if pk not in shown]
            doomed |= disturb(alice, {"create": [], "shown": shown, "ahead": ahead}[step], number)
    assert shown == sorted(shown, key=waiting.index, reverse=True)
    assert set(waiting) - doomed <= set(shown)


def disturb(alice, among: list[str], number: int) -> set[str]:
    """What may happen between two pages: one of these is deleted, or, where there is none, another is created."""
    if not among:
        make_object(alice, state=State.UPLOADING)
        return set()
    pk = among[number % len(among)]
    objects.delete_object(StoredObject.objects.get(pk=pk), actor=alice.actor)
    return {pk}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["limit", "name", "search", "state", "starting_after", "content_type", "is_public", "x"]),
    value=st.one_of(st.text(max_size=30), st.integers().map(str), st.binary(max_size=12)),
)
def test_no_query_breaks_the_server(alice_api, name, value):
    for path in [LIST, f"{LIST}/public"]:
        assert alice_api.get(path, {name: value}).status_code in (200, 400)
