"""Lists through the official client: filters, counts, and pages that follow each other by themselves."""

import httpx
import pytest

from tests.sdk.conftest import on_every_shape

pytestmark = on_every_shape
PUBLIC = {"is_public": True}
PAGE = 3
FIVE_PAGES_AND_ONE = 5 * PAGE + 1


@pytest.fixture
def many(objects, now, tag):
    """Newest first, as a list shows them."""
    return [
        now(objects.create(name=f"{tag} {number}", content_type="text")).id for number in range(FIVE_PAGES_AND_ONE)
    ][::-1]


@pytest.fixture
def mixed(objects, now, make_completed, tag):
    """One object of each kind that filters tell apart."""
    deleted = now(objects.create(name=f"{tag} gone", content_type="text"))
    now(objects.delete(deleted.id))
    return {
        "uploading": now(objects.create(name=f"{tag} 100% Uploading", content_type="tgz")).id,
        "private": make_completed(f"{tag} private").id,
        "public": make_completed(f"{tag} public", extra_body=PUBLIC).id,
        "deleted": deleted.id,
    }


def ids(page):
    return [item.id for item in page.objects]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["public", "private", "uploading"]),
        ({"state": "READ_ONLY"}, ["public", "private"]),
        ({"state": "UPLOADING"}, ["uploading"]),
        ({"state": "DELETED"}, ["deleted"]),
        ({"state": "ERROR"}, []),
        ({"content_type": "tgz"}, ["uploading"]),
        ({"content_type": "tgz", "state": "READ_ONLY"}, []),
        ({"extra_query": PUBLIC}, ["public"]),
        ({"extra_query": {"is_public": False}}, ["private", "uploading"]),
        ({"limit": 1}, ["public"]),
    ],
)
def test_filters_narrow_the_own_list(alice, mixed, tag, filters, found):
    assert ids(alice.now(alice.objects.list(name=tag, **filters))) == [mixed[kind] for kind in found]


def test_names_are_found_by_part_in_any_case_and_wildcards_are_characters(objects, now, mixed, tag):
    assert ids(now(objects.list(name=f"{tag.upper()} 100% UPLOADING"))) == [mixed["uploading"]]
    assert ids(now(objects.list(name=f"{tag}%private"))) == []


def test_search_finds_by_exact_id_and_by_part_of_the_name(objects, now, mixed, tag):
    assert ids(now(objects.list(search=mixed["private"]))) == [mixed["private"]]
    assert ids(now(objects.list(search=mixed["private"][:-1]))) == []
    assert ids(now(objects.list(search=f"{tag} pub"))) == [mixed["public"]]


def test_the_public_list_shows_finished_public_objects_of_every_account(bob, mixed, tag):
    page = bob.now(bob.objects.list_public(name=tag))
    assert (ids(page), page.total_count, page.has_more) == ([mixed["public"]], 1, False)


@pytest.mark.parametrize("state", ["UPLOADING", "DELETED", "ERROR"])
def test_the_public_list_is_empty_for_every_other_state(bob, mixed, tag, state):
    assert bob.now(bob.objects.list_public(name=tag, state=state)).objects == []


def test_the_own_list_shows_nothing_of_others(bob, mixed, tag):
    assert bob.now(bob.objects.list(name=tag)).objects == []


def test_the_total_can_be_left_out(objects, now, mixed, tag):
    assert now(objects.list(name=tag)).total_count == 3
    assert now(objects.list(name=tag, include_total_count=False)).total_count is None


def test_more_than_five_pages_follow_each_other_newest_first(alice, objects, many, tag):
    assert [item.id for item in alice.each(objects.list(name=tag, limit=PAGE))] == many


def test_every_page_tells_the_whole_count_and_whether_more_follows(objects, now, many, tag):
    pages = [now(objects.list(name=tag, limit=PAGE))]
    while pages[-1].has_next_page():
        pages.append(now(pages[-1].get_next_page()))
    assert [(len(page.objects), page.total_count) for page in pages] == [(PAGE, len(many))] * 5 + [(1, len(many))]
    assert [page.has_more for page in pages] == [True] * 5 + [False]


def test_a_full_last_page_says_that_nothing_follows(objects, now, many, tag):
    assert now(objects.list(name=tag, limit=len(many))).has_more is False
    assert now(objects.list(name=tag, limit=len(many) - 1)).has_more is True


def test_starting_after_begins_behind_that_object(objects, now, many, tag):
    assert ids(now(objects.list(name=tag, starting_after=many[12]))) == many[13:]


def test_objects_created_meanwhile_shift_no_page(alice, objects, now, many, tag):
    seen = []
    for item in alice.each(objects.list(name=tag, limit=PAGE)):
        seen.append(item.id)
        now(objects.create(name=f"{tag} meanwhile", content_type="text"))
    assert seen == many


def test_objects_deleted_while_they_are_listed_are_all_met(alice, objects, now, many, tag):
    for item in alice.each(objects.list(name=tag, limit=PAGE)):
        now(objects.delete(item.id))
    assert now(objects.list(name=tag)).objects == []
    assert now(objects.list(name=tag, state="DELETED")).total_count == len(many)


def test_public_pages_follow_each_other_while_objects_come_and_go(alice, bob, make_completed, tag):
    public = [make_completed(f"{tag} {number}", extra_body=PUBLIC).id for number in range(FIVE_PAGES_AND_ONE)][::-1]
    seen = []
    for item in bob.each(bob.objects.list_public(name=tag, limit=PAGE)):
        seen.append(item.id)
        alice.now(alice.objects.delete(item.id))
    assert seen == public


def test_both_spellings_of_the_public_list_answer_alike(live, mixed, tag):
    with httpx.Client(base_url=live.base_url, headers={"Authorization": f"Bearer {live.bob_key}"}) as http:
        answers = [http.get(f"/v1/objects/{path}", params={"name": tag}) for path in ("public", "list_public")]
    assert answers[0].json() == answers[1].json()
    assert len(answers[0].json()["objects"]) == 1
