"""Where bytes are kept. `get_storage()` is the storage that the settings name."""

from functools import cache

from django.conf import settings

from objects_app.storage.base import BlobEntry, BlobNotFound, BlobReader, BlobWriter, Storage
from objects_app.storage.disk import DiskStorage
from objects_app.storage.memory import MemoryStorage

__all__ = [
    "BlobEntry",
    "BlobNotFound",
    "BlobReader",
    "BlobWriter",
    "Storage",
    "get_storage",
]


@cache
def get_storage() -> Storage:
    return _make_storage()


def _make_storage() -> Storage:
    if settings.OBJECT_STORAGE == "memory":
        return MemoryStorage()
    return DiskStorage(settings.BLOBS_DIR)
