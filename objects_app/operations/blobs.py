"""Bytes that no object needs any more."""

import logging
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.failpoints import fp
from objects_app.models import State, StoredObject
from objects_app.storage import Storage, storage_of

STAGED = {"staging_key": ""}
BOTH = STAGED | {"blob_key": ""}
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
    _forget_keys(over, Q(state=State.DELETED) | Q(state=State.ERROR), BOTH)
    _forget_keys(finished, Q(state=State.READ_ONLY, staging_key__in=[each.staging_key for each in finished]), STAGED)
    return gone


def _forget_keys(gone: list[StoredObject], as_it_was: Q, columns: dict[str, str]) -> None:
    """A finished object that was moved meanwhile names other bytes by now."""
    ids = [each.pk for each in gone]
    if not ids:
        return
    rows = StoredObject.objects.filter(as_it_was, pk__in=ids)
    with transaction.atomic():
        if len(ids) > 1:  # locked in one order, so that two purges of the same rows wait and do not deadlock
            list(rows.select_for_update().order_by("pk").values_list("pk"))
        rows.update(**columns)


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
