"""Blobs that went while the backup ran: what became of each is written down, and applied to the restored rows."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from objects_app import access
from objects_app.audit import AuditAction
from objects_app.backups.named import NamedBlob
from objects_app.models import State, StoredObject
from objects_app.operations.tombstones import NEEDED, bury


class Fate(StrEnum):
    DELETED = "deleted"
    REPLACED = "replaced"  # another upload took the place of this one, or its completion failed


def fate_of(blob: NamedBlob) -> Fate | None:
    """What the live database says now; None where it still needs the blob, which is then missing."""
    columns = ("state", "completed_at", "blob_key", "staging_key")
    row = StoredObject.objects.filter(pk=blob.object_id).values(*columns).first()
    if row is None or row["state"] == State.DELETED:
        return Fate.DELETED
    if blob.is_staged and blob.key != (row["blob_key"] or row["staging_key"]):
        return Fate.REPLACED
    if blob.is_staged and row["state"] == State.ERROR and row["completed_at"] is None:
        return Fate.REPLACED
    return None


def write_fate(file: BinaryIO, blob: NamedBlob, fate: Fate) -> None:
    file.write(json.dumps({"object": blob.object_id, "key": blob.key, "became": fate}).encode() + b"\n")


def apply_fates(path: Path) -> int:
    """Running twice changes nothing more. Return how many objects it concerns."""
    count = 0
    for count, (object_id, key, fate) in enumerate(_fates(path), start=1):  # noqa: B007  the last one counts
        if fate == Fate.DELETED:
            _delete(object_id)
        else:
            _forget_staged(object_id, key)
    return count


def _fates(path: Path) -> Iterator[tuple[str, str, str]]:
    with path.open("rb") as file:
        for line in file:
            entry = json.loads(line)
            yield entry["object"], entry["key"], entry["became"]


def _delete(object_id: str) -> None:
    rows = StoredObject.objects.only(*NEEDED).filter(pk=object_id).exclude(state=State.DELETED)
    bury(rows, actor=access.operator_actor("restore"), action=AuditAction.OBJECT_DELETED)


def _forget_staged(object_id: str, key: str) -> None:
    rows = StoredObject.objects.filter(pk=object_id, state=State.UPLOADING, staging_key=key)
    with transaction.atomic():
        rows.update(staging_key="", staged_size=None, staged_sha256="")
