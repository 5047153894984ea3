"""How often sweeps ask the store: deletions go in batches of a thousand."""

from datetime import timedelta

import pytest

from objects_app import clock
from objects_app.lifecycle import leftovers, runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.models import State, StoredObject

pytestmark = pytest.mark.usefixtures("bucket")


def test_the_bytes_of_2500_objects_are_purged_in_three_calls(alice, s3):
    deleted = {"state": State.DELETED, "deleted_at": clock.now(), "created_at": clock.now()}
    label = {"name": "n", "folded_name": "n", "content_type": "text/plain"}
    StoredObject.objects.bulk_create(
        StoredObject(account=alice.account, blob_key=f"blob/{number:048x}", **label, **deleted)
        for number in range(2500)
    )
    calls = len(s3.proxy.calls)
    runs.run(JOBS["purge_bytes"], before=clock.now(), started_by="test", longest=timedelta(minutes=1))
    assert s3.proxy.operations()[calls:] == ["DeleteObjects"] * 3
    assert not leftovers.bytes_to_purge(before=clock.now()).exists()
