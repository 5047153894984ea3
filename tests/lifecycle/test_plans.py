"""No sweep reads the whole table: each select is answered from the partial index that was made for it."""

import pytest
from django.db import connection

from objects_app import clock
from objects_app.lifecycle import leftovers, objects, records, verification
from objects_app.models import StoredObject

SELECTS = {
    "object_stale_uploads": lambda: objects.stale_uploads(before=clock.now())[:500],
    "object_due": lambda: objects.due_objects(before=clock.now())[:500],
    "object_bytes_to_purge": lambda: leftovers.bytes_to_purge(before=clock.now()).order_by("?")[:500],
    "object_to_verify": lambda: verification.due_digests(before=clock.now())[:20],
    "blob_of_one_object": lambda: leftovers.keys_in_rows(["a", "b"]),
    "staging_of_one_object": lambda: leftovers.keys_in_rows(["a", "b"]),
    "request_age": lambda: records.old_requests(before=clock.now())[:500],
    "job_run_age": lambda: records.old_runs(before=clock.now())[:500],
}


@pytest.mark.parametrize("index", SELECTS)
def test_a_sweep_reads_its_index(real_database, index):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off")  # an empty table is read whole otherwise
    plan = SELECTS[index]().explain()
    assert f"{index}" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("column", ["blob_key", "staging_key"])
def test_whether_any_blob_is_named_is_read_from_an_index(sqlite_database, column):
    assert "_of_one_object" in StoredObject.objects.exclude(**{column: ""}).values("pk")[:1].explain()
