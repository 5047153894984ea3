"""No sweep and no list reads the whole table: each select is answered from the index that was made for it."""

import pytest
from django.db import connection
from django.db.models import QuerySet

from objects_app import clock, listing
from objects_app.access import SCOPES, Actor, Kind
from objects_app.filters import Filters
from objects_app.lifecycle import leftovers, objects, promotions, records, verification
from objects_app.models import StoredObject

SELECTS = {
    "object_stale_uploads": lambda: objects.stale_uploads(before=clock.now())[:500],
    "object_due": lambda: objects.due_objects(before=clock.now())[:500],
    "object_bytes_to_purge": lambda: leftovers.bytes_to_purge(before=clock.now()).order_by("?")[:500],
    "object_to_verify": lambda: verification.due_digests(before=clock.now())[:20],
    "blob_of_one_object": lambda: leftovers.keys_in_rows(["a", "b"]),
    "staging_of_one_object": lambda: leftovers.keys_in_rows(["a", "b"]),
    "object_digest_to_compute": lambda: promotions.unknown_digests(before=clock.now()).order_by("?")[:500],
    "request_age": lambda: records.old_requests(before=clock.now())[:500],
    "job_run_age": lambda: records.old_runs(before=clock.now())[:500],
}
ACTOR = Actor(kind=Kind.KEY, account_id="acc_x", scopes=frozenset(SCOPES.values()))
OWN_LISTS = {
    Filters(): "object_newest_live",
    Filters(name="n"): "object_newest_live",
    Filters(state="READ_ONLY"): "object_newest_live",
    Filters(state="UPLOADING"): "object_newest_unfinished",
    Filters(state="ERROR"): "object_newest_unfinished",
    Filters(state="DELETED"): "object_newest_of_account",
    Filters(is_public=False): "object_newest_live",
}
ORDERS = {
    "oldest": "object_newest_live",
    "name": "object_by_name",
    "name-desc": "object_by_name",
    "largest": "object_by_size",
    "smallest": "object_by_size",
}
PUBLIC_LISTS = [Filters(), Filters(name="n"), Filters(content_type="text"), Filters(is_public=True)]


def plan_of(rows: QuerySet, *ways_off: str) -> str:
    """The plan for an empty table without `ways_off`, which PostgreSQL would take for so little.

    It is emptied as if it were new: how large an index has grown in other tests would tip the scales.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {rows.model._meta.db_table} CASCADE")
            for way in ways_off:
                cursor.execute(f"SET enable_{way} = off")
    return rows.explain()


@pytest.mark.parametrize("index", SELECTS)
def test_a_sweep_reads_its_index(real_database, index):
    plan = plan_of(SELECTS[index](), "seqscan")
    assert f"{index}" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("column", ["blob_key", "staging_key"])
def test_whether_any_blob_is_named_is_read_from_an_index(sqlite_database, column):
    assert "_of_one_object" in StoredObject.objects.exclude(**{column: ""}).values("pk")[:1].explain()


def page_plan(rows: listing.ObjectList, cursor: str) -> str:
    return plan_of(rows.sorted_after(cursor)[:21], "seqscan", "bitmapscan", "sort")


@pytest.mark.parametrize("cursor", ["", "obj_x"])
@pytest.mark.parametrize("filters", OWN_LISTS, ids=str)
def test_a_page_of_the_own_list_is_read_off_its_index_in_its_order(postgresql_database, filters, cursor):
    plan = page_plan(listing.own_list(ACTOR, filters), cursor)
    assert f"Index Scan using {OWN_LISTS[filters]} on" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("cursor", ["", "obj_x"])
@pytest.mark.parametrize("order", ORDERS)
def test_a_page_in_any_order_is_read_off_an_index_that_holds_it(postgresql_database, order, cursor):
    plan = page_plan(listing.own_list(ACTOR, Filters(), listing.ORDERS[order]), cursor)
    assert f"using {ORDERS[order]} on" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("cursor", ["", "obj_x"])
@pytest.mark.parametrize("filters", PUBLIC_LISTS, ids=str)
def test_a_page_of_the_public_list_is_read_off_its_index_in_its_order(postgresql_database, filters, cursor):
    plan = page_plan(listing.public_list(ACTOR, filters), cursor)
    assert "Index Scan using object_newest_public on" in plan
    assert "Sort" not in plan
