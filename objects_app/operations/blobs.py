"""Bytes that no object needs any more."""

import logging

from django.db import transaction

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.models import State, StoredObject
from objects_app.storage import get_storage

logger = logging.getLogger(__name__)
FAILURES = (StorageUnavailable, StorageFull)  # some file systems need room to remove a file


def purge(stored_object: StoredObject) -> bool:
    """Delete the bytes of a deleted or failed object and return whether they are gone.

    A storage that fails now loses nothing: the row keeps its keys, and the sweep finds it again.
    """
    keys = [key for key in (stored_object.blob_key, stored_object.staging_key) if key]
    if not keys:
        return True
    try:
        get_storage().delete(keys)
    except FAILURES:
        logger.warning("bytes of %s stay for the sweep", stored_object.pk)
        return False
    gone = StoredObject.objects.filter(
        pk=stored_object.pk,
        state__in=[State.DELETED, State.ERROR],
        blob_key=stored_object.blob_key,
        staging_key=stored_object.staging_key,
    )
    with transaction.atomic():
        gone.update(blob_key="", staging_key="")
    return True


def discard_blob(key: str) -> None:
    """Delete a blob that no row names. Where that fails, space is lost and nothing else."""
    try:
        get_storage().delete([key])
    except FAILURES:
        logger.warning("a blob that no row names could not be deleted")
