"""The one edge to DELETED: rows become tombstones, then their bytes go."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from objects_app import audit, clock, combined, compiled
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.failpoints import fp
from objects_app.models import AuditEvent, MetadataPair, State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet, every_object, stored_object_of
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
        compiled.update(_emptied, ids=json.dumps(ids))
        compiled.delete(_metadata_of, ids=json.dumps(ids))
        audit.record_each(action, actor=actor, object_ids=ids)
        fp("delete.before_commit")
    fp("delete.after_commit")
    for stored_object in gone:
        stored_object.state = State.DELETED
    blobs.purge(gone)
    return gone


def bury_at_once(object_id: str, *, actor: Actor) -> StoredObject | None:
    """The same of one object without metadata as one statement; the tombstone, or None where there was no such one."""
    fp("delete.before_lock")
    fact = audit.of_stored_object(AuditAction.OBJECT_DELETED, actor=actor)
    change = combined.Change(_emptied_one, object_id=object_id)
    change.inserting(AuditEvent, fact, copied=audit.COPIED)
    row = change.carry_out(every_object)
    if row is None:
        return None
    fp("delete.after_commit")
    tombstone = stored_object_of(row)
    blobs.purge([tombstone])
    return tombstone


def _emptied_one(*, object_id: str) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    return _as_tombstones(StoredObject.objects.filter(pk=object_id, metadata={}))


def _emptied(*, ids: str) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    return _as_tombstones(StoredObject.objects.filter(pk__among=ids))


def _as_tombstones(rows: StoredObjectQuerySet) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    return rows.exclude(state=State.DELETED), {"state": State.DELETED, "deleted_at": clock.now(), **EMPTIED}


def _metadata_of(*, ids: str) -> QuerySet[MetadataPair]:
    return MetadataPair.objects.filter(stored_object__pk__among=ids)
