"""Among 100,000 objects no list, no look and no sweep reads a table, sorts, or reads many rows to find few.

A search for a part of a name is none of them: it reads the names of the account (tests/test_name_search.py).
"""

from datetime import timedelta

import pytest

from objects_app import clock, listing, lookup
from objects_app.access import SCOPES, Actor, Kind
from objects_app.filters import Filters
from objects_app.lifecycle import leftovers, objects, promotions, verification
from objects_app.operations import downloads
from tests.crowds import asked

pytestmark = pytest.mark.usefixtures("crowd")
ACTOR = Actor(kind=Kind.KEY, account_id="acc_1", scopes=frozenset(SCOPES.values()))
MIDDLE = "obj_50506"
FILTERS = [
    Filters(),
    Filters(state="READ_ONLY"),
    Filters(is_public=True),
    Filters(is_public=False),
    Filters(content_type="text/plain"),
    Filters(kind="text"),
    Filters(content_type="text/plain", state="READ_ONLY", is_public=False),
]
BY_CREATION = [Filters(state="UPLOADING"), Filters(state="ERROR"), Filters(state="DELETED")]
PUBLIC_FILTERS = [Filters(), Filters(content_type="text/plain"), Filters(state="READ_ONLY"), Filters(is_public=True)]
SWEPT = {
    "expire_stale_uploads": lambda: objects.stale_uploads(before=clock.now())[:500],
    "delete_due_objects": lambda: objects.due_objects(before=clock.now())[:500],
    "verify_digests": lambda: verification.due_digests(before=clock.now())[:20],
    "verify_lengths": lambda: (
        verification.objects_with_bytes(before=clock.now()).filter(pk__gt=MIDDLE).order_by("pk")[:500]
    ),
    "compute_digests": lambda: promotions.unknown_digests(before=clock.now())[:500],
    "purge_bytes": lambda: leftovers.bytes_to_purge(before=clock.now())[:1000],
}


def assert_flat(statements) -> None:
    assert statements
    assert [(fault, each) for each in statements for fault in each.faults()] == []


@pytest.mark.parametrize("after", ["", MIDDLE])
@pytest.mark.parametrize("order", listing.ORDERS)
def test_pages_of_the_own_list(order, after):
    """Of uploads and failures there are few, which may be sorted by name or size; deleted objects never are."""
    wanted = FILTERS if order not in ("newest", "oldest") else FILTERS + BY_CREATION
    with asked() as statements:
        for filters in wanted:
            page = listing.own_list(ACTOR, filters, listing.ORDERS[order]).page(limit=20, after=after)
            assert len(page.rows) == 20, filters
    assert_flat(statements)


@pytest.mark.parametrize("after", ["", MIDDLE])
def test_pages_of_the_public_list(after):
    with asked() as statements:
        for filters in PUBLIC_FILTERS:
            assert len(listing.public_list(ACTOR, filters).page(limit=20, after=after).rows) == 20
    assert_flat(statements)


def test_large_pages():
    with asked() as statements:
        assert len(listing.own_list(ACTOR, Filters()).page(limit=1_000, after=MIDDLE).rows) == 1_000
    assert_flat(statements)


@pytest.mark.parametrize("filters", [Filters(), Filters(state="DELETED"), Filters(is_public=True)], ids=str)
def test_totals(filters):
    with asked() as statements:
        listing.own_list(ACTOR, filters).count()
        listing.public_list(ACTOR, Filters()).count()
    assert_flat(statements)


def test_an_object_and_its_download_url():
    with asked() as statements:
        found = lookup.visible_object(ACTOR, "obj_50005")
        downloads.issue_download_url(found, actor=ACTOR, expires_in=timedelta(hours=1))
        downloads._granted_row(object_id=found.pk, account_id="acc_1")[:1].get()
    assert_flat(statements)


def test_uploads_under_way():
    with asked() as statements:
        assert len(listing.own_uploads(ACTOR)) == listing.MOST_UPLOADS + 1
    assert_flat(statements)


@pytest.mark.parametrize("sweep", SWEPT)
def test_what_a_sweep_selects(sweep):
    with asked() as statements:
        assert list(SWEPT[sweep]())
    assert_flat(statements)


def test_keys_of_blobs_are_looked_up_one_by_one():
    """What is found is sorted, as no key is told twice."""
    with asked() as statements:
        assert leftovers.named_keys(["blob 4", "staged 1053", "nobody's"]) == {"blob 4", "staged 1053"}
    assert [fault for each in statements for fault in each.faults() if fault != "Sort"] == []
