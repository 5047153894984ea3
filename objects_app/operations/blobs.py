"""Bytes that no object needs any more."""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from objects_app import compiled
from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.failpoints import fp
from objects_app.models import State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet, is_over
from objects_app.operations import alone
from objects_app.storage import Storage, storage_of

STAGED = ("staging_key",)
BOTH = ("staging_key", "blob_key")
logger = logging.getLogger(__name__)
FAILURES = (StorageUnavailable, StorageFull)  # some file systems need room to remove a file


def keys_of(stored_object: StoredObject) -> list[str]:
    """What may go: all of an object that is over, and of a finished one what it was copied from."""
    blob_key = "" if stored_object.state == State.READ_ONLY else stored_object.blob_key
    return [key for key in (blob_key, stored_object.staging_key) if key]


def purge(stored_objects: Sequence[StoredObject]) -> list[StoredObject]:
    """Delete the bytes that are not needed any more and return the objects whose such bytes are gone.

    A storage that fails now loses nothing: the row keeps its keys, and the sweep finds it again.
    """
    holding = [each for each in stored_objects if keys_of(each)]
    fp("purge.before_unlink")
    gone = holding if _delete(holding) else [each for each in holding if _delete([each])]
    fp("purge.after_unlink")
    finished = [each for each in gone if each.state == State.READ_ONLY]
    over = [each for each in gone if each.state != State.READ_ONLY]
    _forget_keys(over, _over, BOTH)
    _forget_keys(finished, _copied, STAGED, staging_keys=[each.staging_key for each in finished])
    return gone


def _over(*, ids: str) -> StoredObjectQuerySet:
    return StoredObject.objects.filter(is_over(), pk__among=ids)


def _copied(*, ids: str, staging_keys: str) -> StoredObjectQuerySet:
    """A finished object that was moved meanwhile names other bytes by now."""
    return StoredObject.objects.filter(state=State.READ_ONLY, pk__among=ids, staging_key__among=staging_keys)


def _forget_keys(
    gone: list[StoredObject], rows_of: Callable[..., StoredObjectQuerySet], columns: tuple[str, ...], **keys: list[str]
) -> None:
    if not gone:
        return
    values = {name: json.dumps(each) for name, each in {"ids": [each.pk for each in gone], **keys}.items()}
    if len(gone) == 1:
        alone.update(_without, rows_of, columns, **values)
    else:
        with transaction.atomic():  # locked in one order, so that two purges of the same rows wait and do not deadlock
            compiled.rows(_locked, rows_of, **values)
            compiled.update(_without, rows_of, columns, **values)
    for each, column in product(gone, columns):  # what was moved meanwhile names other bytes, which nobody asks here
        setattr(each, column, "")


def _locked(rows_of: Callable[..., StoredObjectQuerySet], **values: str) -> QuerySet[StoredObject, Any]:
    return rows_of(**values).select_for_update().order_by("pk").values_list("pk")


def _without(
    rows_of: Callable[..., StoredObjectQuerySet], columns: tuple[str, ...], **values: str
) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    return rows_of(**values), dict.fromkeys(columns, "")


def _delete(stored_objects: Sequence[StoredObject]) -> bool:
    try:
        delete_blobs(key for each in stored_objects for key in keys_of(each))
    except FAILURES:
        logger.warning("bytes of %s stay for the sweep", ", ".join(each.pk for each in stored_objects[:10]))
        return False
    return True


def delete_blobs(keys: Iterable[str]) -> None:
    """Each from the storage that it is in."""
    parted: dict[Storage, list[str]] = {}
    for key in keys:
        parted.setdefault(storage_of(key), []).append(key)
    for storage, its_keys in parted.items():
        storage.delete(its_keys)


def discard_blob(key: str) -> None:
    """Delete a blob that no row names. Where that fails, space is lost until the sweep of orphans, and nothing else."""
    try:
        delete_blobs([key])
    except FAILURES:
        logger.warning("a blob that no row names could not be deleted")
