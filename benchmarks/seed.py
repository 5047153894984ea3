"""Fills an account with finished objects, by the thousand: `python -m benchmarks.seed ACCOUNT_ID COUNT`.

Prints the ids of an object in the middle and of some spread over the whole account as JSON. The objects have no bytes.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import django
from django.db import connection, transaction
from django.utils import timezone

if TYPE_CHECKING:
    from objects_app.models import StoredObject

BATCH = 1000
SPREAD = 500
APART = timedelta(milliseconds=10)


def seed(account_id: str, count: int) -> list[str]:
    """The ids, newest first, as lists show them."""
    from objects_app.models import StoredObject  # noqa: PLC0415 models exist only after django.setup()

    made = list(finished_objects(account_id, count))
    with transaction.atomic():
        StoredObject.objects.bulk_create(made, batch_size=BATCH)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return [stored_object.id for stored_object in reversed(made)]


def finished_objects(account_id: str, count: int) -> Iterator["StoredObject"]:
    from objects_app.models import State, StoredObject  # noqa: PLC0415 the same
    from objects_app.storage.base import new_key  # noqa: PLC0415 the same

    oldest = timezone.now() - APART * count
    for number in range(count):
        name = f"build-{number:06}.txt"
        yield StoredObject(
            account_id=account_id,
            name=name,
            folded_name=name,
            content_type="text/plain",
            state=State.READ_ONLY,
            created_at=oldest + APART * number,
            size_bytes=1024,
            blob_key=new_key(),
            sha256=f"{number:064x}",
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    ids = seed(sys.argv[1], int(sys.argv[2]))
    json.dump({"middle": ids[len(ids) // 2], "some": ids[:: max(1, len(ids) // SPREAD)]}, sys.stdout)
