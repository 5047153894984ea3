"""Lists cost what a page costs: every page is read off an index in its order, however deep it lies."""

from datetime import timedelta

import pytest

from objects_app import access, listing
from objects_app.errors import InvalidCursor, NotAuthenticated
from objects_app.filters import Filters
from objects_app.models import State
from tests import environment
from tests.factories import make_object

FILTERS = {  # what is asked for, and the index that holds it in its order
    Filters(): "object_newest_live",
    Filters(name="n"): "object_newest_live",
    Filters(search="obj_x"): "object_newest_live",
    Filters(content_type="text"): "object_newest_live",
    Filters(state="READ_ONLY"): "object_newest_of_account",
    Filters(state="DELETED"): "object_newest_of_account",
    Filters(is_public=True): "object_public_of_account",
    Filters(is_public=False): "object_newest_live",
}
PUBLIC_FILTERS = [each for each in FILTERS if each.state != "DELETED" and each.is_public is not False]


@pytest.fixture
def objects(alice, bob):
    return [make_object(person, is_public=True) for person in (alice, bob, alice)]


told_by_sqlite = pytest.mark.skipif(environment.ON_POSTGRESQL, reason="PostgreSQL reads a small table without an index")


def plan_of(objects, after) -> str:
    """How the database reads the page, as it tells by itself."""
    return objects.sorted_after(after)[:21].explain()


@told_by_sqlite
@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("is_deep", [False, True])
def test_a_page_of_the_own_list_follows_its_index(alice, objects, filters, is_deep):
    plan = plan_of(listing.own_list(alice.actor, filters), objects[-1].pk if is_deep else "")
    place = "account_id=? AND created_at<?" if is_deep else "account_id=?"
    assert f"SEARCH objects_app_storedobject USING INDEX {FILTERS[filters]} ({place})" in plan
    assert "B-TREE" not in plan


@told_by_sqlite
@pytest.mark.parametrize(
    ("order", "index", "place"),
    [
        ("oldest", "object_newest_live", "account_id=? AND created_at>?"),
        ("name", "object_by_name", "account_id=? AND <expr>>?"),
        ("name-desc", "object_by_name", "account_id=? AND <expr><?"),
        ("largest", "object_by_size", "account_id=? AND <expr><?"),
        ("smallest", "object_by_size", "account_id=? AND <expr>>?"),
    ],
)
def test_every_order_follows_its_index_however_deep_the_page(alice, objects, order, index, place):
    found = listing.own_list(alice.actor, Filters(), listing.ORDERS[order])
    assert f"USING INDEX {index} (account_id=?)" in plan_of(found, "")
    deep = plan_of(found, objects[-1].pk)
    assert f"USING INDEX {index} ({place})" in deep
    assert "B-TREE" not in deep


def walk(person, order: str, filters: Filters = Filters()) -> list[str]:  # noqa: B008  frozen
    """The names on all pages of one object each."""
    found = listing.own_list(person.actor, filters, listing.ORDERS[order])
    names, after, has_more = [], "", True
    while has_more:
        page = found.page(limit=1, after=after)
        names += [row.name for row in page.rows]
        after, has_more = page.rows[-1].id, page.has_more
    return names


def test_names_are_sorted_without_regard_to_case_and_equal_ones_all_shown(alice):
    for name in ("b.txt", "A.txt", "a.txt", "C.txt", "a.txt"):
        make_object(alice, name)
    assert [name.casefold() for name in walk(alice, "name")] == ["a.txt", "a.txt", "a.txt", "b.txt", "c.txt"]
    assert walk(alice, "name-desc") == walk(alice, "name")[::-1]


def test_sizes_are_sorted_and_an_object_without_content_is_the_smallest(alice):
    for name, content in (("two", b"22"), ("none", b""), ("one", b"1")):
        make_object(alice, name, content=content)
    make_object(alice, "unfinished", state=State.UPLOADING)
    assert walk(alice, "largest") == ["two", "one", "none", "unfinished"]
    assert walk(alice, "smallest") == ["unfinished", "none", "one", "two"]


@pytest.mark.parametrize("content_type", ["text", "text/plain; charset=utf-8", "text/csv"])
def test_a_kind_is_known_by_how_content_types_begin(alice, content_type):
    make_object(alice, "wanted", content_type=content_type)
    make_object(alice, "other", content_type="image/png")
    assert walk(alice, "newest", Filters(kind="text")) == ["wanted"]


def test_a_list_holds_what_was_created_between_two_times(alice):
    made = make_object(alice, "made")
    earlier, later = made.created_at - timedelta(days=1), made.created_at + timedelta(days=1)
    for begin, end, found in ((earlier, later, 1), (later, None, 0), (None, earlier, 0)):
        filters = Filters(created_from=begin, created_before=end)
        assert len(listing.own_list(alice.actor, filters).page(limit=5).rows) == found


@told_by_sqlite
@pytest.mark.parametrize("filters", PUBLIC_FILTERS, ids=str)
@pytest.mark.parametrize("is_deep", [False, True])
def test_a_page_of_the_public_list_follows_its_index(alice, objects, filters, is_deep):
    plan = plan_of(listing.public_list(alice.actor, filters), objects[-1].pk if is_deep else "")
    assert "USING INDEX object_newest_public" in plan
    assert ("object_newest_public (created_at<?)" in plan) is is_deep
    assert "B-TREE" not in plan


@pytest.mark.parametrize("filters", [Filters(state="DELETED"), Filters(is_public=False)], ids=str)
def test_what_is_never_public_is_not_looked_for(alice, filters, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert listing.public_list(alice.actor, filters).page(limit=1).rows == []


@told_by_sqlite
def test_the_metadata_of_an_account_are_read_off_their_index(alice):
    pairs = access.own_metadata(alice.actor).order_by("key").values_list("key", flat=True).distinct()
    plan = pairs.explain()
    assert "USING INDEX metadata_of_account (account_id=?)" in plan
    assert "SCAN" not in plan


def test_a_cursor_of_nothing_is_an_error(alice):
    with pytest.raises(InvalidCursor):
        listing.own_list(alice.actor, Filters()).page(limit=1, after="obj_x")


def test_nobody_has_no_list():
    with pytest.raises(NotAuthenticated):
        listing.public_list(access.anonymous_actor(access.Via.SIGNED_URL), Filters())


def test_a_page_of_much_metadata_ends_early_and_the_next_goes_on(alice, monkeypatch):
    monkeypatch.setattr(listing, "LARGEST_PAGE", 50)
    made = [make_object(alice, metadata={"k": "v" * 40}) for _ in range(5)]
    objects = listing.own_list(alice.actor, Filters())
    first = objects.page(limit=10)
    assert ([row.id for row in first.rows], first.has_more) == ([each.pk for each in made[:2:-1]], True)
    second = objects.page(limit=10, after=first.rows[-1].id)
    assert [row.id for row in second.rows] == [made[2].pk, made[1].pk]
