"""The one edge to DELETED: rows become tombstones, then their bytes go."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from objects_app import audit, clock, compiled
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.failpoints import fp
from objects_app.models import MetadataPair, State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet
from objects_app.operations import blobs

NEEDED = ("id", "account_id", "name", "state", "blob_key", "staging_key", "size_bytes", "staged_size")
EMPTIED = {"metadata": {}, "sha256": "", "staged_sha256": "", "declared_sha256": "", "error_reason": ""}


def bury(rows: Iterable[StoredObject], *, actor: Actor, action: AuditAction) -> list[StoredObject]:
    """Turn `rows` into tombstones in one transaction and return those that this call turned.

    `rows` is asked for only within it, names the conditions and locks (`select_for_update`), so that they are judged on
    what is true at that moment.
    """
    fp("delete.before_lock")
    with transaction.atomic():
        gone = list(rows)
        fp("delete.before_cas")
        if not gone:
            return []
        ids = [stored_object.pk for stored_object in gone]
        named = {f"id_{place}": stored_object.pk for place, stored_object in enumerate(gone)}
        compiled.update(_emptied, **named)
        compiled.delete(_metadata_of, **named)
        audit.record_each(action, actor=actor, object_ids=ids)
        fp("delete.before_commit")
    fp("delete.after_commit")
    for stored_object in gone:
        stored_object.state = State.DELETED
    blobs.purge(gone)
    return gone


def _emptied(**ids: str) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    living = StoredObject.objects.filter(pk__in=ids.values()).exclude(state=State.DELETED)
    return living, {"state": State.DELETED, "deleted_at": clock.now(), **EMPTIED}


def _metadata_of(**ids: str) -> QuerySet[MetadataPair]:
    return MetadataPair.objects.filter(stored_object__in=ids.values())
