"""Bytes that no object needs any more."""

import logging
from collections.abc import Sequence

from django.db import transaction

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.failpoints import fp
from objects_app.models import State, StoredObject
from objects_app.storage import get_storage

logger = logging.getLogger(__name__)
FAILURES = (StorageUnavailable, StorageFull)  # some file systems need room to remove a file


def keys_of(stored_object: StoredObject) -> list[str]:
    return [key for key in (stored_object.blob_key, stored_object.staging_key) if key]


def purge(stored_objects: Sequence[StoredObject]) -> list[StoredObject]:
    """Delete the bytes of deleted or failed objects and return those whose bytes are gone.

    A storage that fails now loses nothing: the row keeps its keys, and the sweep finds it again.
    """
    holding = [each for each in stored_objects if keys_of(each)]
    fp("purge.before_unlink")
    gone = holding if _delete(holding) else [each for each in holding if _delete([each])]
    fp("purge.after_unlink")
    if gone:
        rows = StoredObject.objects.filter(pk__in=[each.pk for each in gone], state__in=[State.DELETED, State.ERROR])
        with transaction.atomic():
            if len(gone) > 1:  # locked in one order, so that two purges of the same rows wait and do not deadlock
                list(rows.select_for_update().order_by("pk").values_list("pk"))
            rows.update(blob_key="", staging_key="")
    return gone


def _delete(stored_objects: Sequence[StoredObject]) -> bool:
    keys = [key for each in stored_objects for key in keys_of(each)]
    try:
        get_storage().delete(keys)
    except FAILURES:
        logger.warning("bytes of %s stay for the sweep", ", ".join(each.pk for each in stored_objects[:10]))
        return False
    return True


def discard_blob(key: str) -> None:
    """Delete a blob that no row names. Where that fails, space is lost until the sweep of orphans, and nothing else."""
    try:
        get_storage().delete([key])
    except FAILURES:
        logger.warning("a blob that no row names could not be deleted")
