"""Where bytes are kept. New blobs go into the storage that the settings name; a key tells where its blob is."""

from functools import cache

from django.conf import settings

from objects_app.errors import StorageUnavailable
from objects_app.storage.base import (
    READ_AT_ONCE,
    STAGING,
    BlobChanged,
    BlobEntry,
    BlobHead,
    BlobNotFound,
    BlobReader,
    BlobWriter,
    DirectStorage,
    PresignedUpload,
    Storage,
    digest_of,
    is_direct,
)
from objects_app.storage.disk import DiskStorage
from objects_app.storage.memory import MemoryStorage

__all__ = [
    "READ_AT_ONCE",
    "STAGING",
    "BlobChanged",
    "BlobEntry",
    "BlobHead",
    "BlobNotFound",
    "BlobReader",
    "BlobWriter",
    "DirectStorage",
    "PresignedUpload",
    "Storage",
    "digest_of",
    "direct_storage",
    "direct_storage_of",
    "get_storage",
    "is_direct",
    "other_storage",
    "storage_of",
    "storages",
]


@cache
def get_storage() -> Storage:
    """The storage for new blobs."""
    return _make_storage()


@cache
def other_storage() -> Storage | None:
    """The one that older blobs may still be in, while they are moved."""
    return _make_other_storage()


def storages() -> list[Storage]:
    """Those that may hold bytes: where everything is in a bucket, there need not be a folder of objects."""
    other = other_storage()
    return [get_storage(), other] if other and other.is_there() else [get_storage()]


def storage_of(key: str) -> Storage:
    for storage in (get_storage(), other_storage()):
        if storage and storage.owns(key):
            return storage
    raise StorageUnavailable("A row names a blob of a storage that no setting names: is S3_BUCKET missing?")


def direct_storage() -> DirectStorage | None:
    """The storage for new blobs, where clients send theirs to it themselves."""
    storage = get_storage()
    return storage if settings.UPLOAD_DELIVERY == "direct" and is_direct(storage) else None


def direct_storage_of(key: str) -> DirectStorage | None:
    """The storage to which a client sends the bytes of this key itself; None where they come through here."""
    storage = storage_of(key) if key else None
    return storage if storage and is_direct(storage) and storage.is_staging_key(key) else None


def _make_storage() -> Storage:
    if settings.OBJECT_STORAGE == "memory":
        return MemoryStorage()
    return _make_s3_storage() if settings.OBJECT_STORAGE == "s3" else _make_disk_storage()


def _make_other_storage() -> Storage | None:
    if settings.OBJECT_STORAGE == "s3":
        return _make_disk_storage()
    return _make_s3_storage() if settings.OBJECT_STORAGE == "disk" and settings.S3_BUCKET else None


def _make_disk_storage() -> DiskStorage:
    return DiskStorage(settings.BLOBS_DIR, bodies=settings.UPLOAD_BODY_FOLDER)


def _make_s3_storage() -> DirectStorage:
    from objects_app.storage.s3 import S3Storage  # noqa: PLC0415  only installations with S3 load boto3

    return S3Storage.from_settings()
