"""A disk and a bucket side by side. New objects go to the one that was named last, as after a restart."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from objects_app import storage
from objects_app.models import StoredObject
from objects_app.storage import Storage, digest_of
from objects_app.storage.disk import DiskStorage
from objects_app.storage.disk_files import DiskWriter
from tests.operations.history import row
from tests.s3_server import s3_storage


class FolderWriter(DiskWriter):
    """So that a test can let writes into the bucket fail, and no others."""


class FolderBucket(DiskStorage):
    """A folder whose blobs have the keys of a bucket."""

    is_bucket = True

    def owns(self, key: str) -> bool:
        return "/" in key

    def create(self) -> FolderWriter:
        writer = super().create()
        writer.__class__ = FolderWriter
        writer.key = f"blob/{writer.key}"
        return writer

    def list_blobs(self, *, after: str = ""):
        blobs = super().list_blobs(after=after.removeprefix("blob/"))
        return (replace(entry, key=f"blob/{entry.key}") for entry in blobs)

    def list_parts(self):
        return (replace(entry, key=f"blob/{entry.key}") for entry in super().list_parts())

    def delete(self, keys):
        super().delete(key.removeprefix("blob/") for key in keys)

    def _path(self, key: str) -> Path:
        return super()._path(key.removeprefix("blob/"))


class TwoStorages:
    def __init__(self, disk: DiskStorage, bucket: Storage, name: Callable[[str], None]) -> None:
        self.disk, self.bucket, self._name = disk, bucket, name
        self.use("disk")

    def use(self, name: str) -> None:
        self._name(name)
        own, other = (self.bucket, self.disk) if name == "s3" else (self.disk, self.bucket)
        storage._make_storage, storage._make_other_storage = lambda: own, lambda: other
        storage.get_storage.cache_clear()
        storage.other_storage.cache_clear()

    def keys_on_disk(self) -> list[str]:
        return [entry.key for entry in self.disk.list_blobs()]

    def keys_in_bucket(self) -> list[str]:
        return [entry.key for entry in self.bucket.list_blobs()]


def where(stored_object: StoredObject) -> str:
    return "s3" if "/" in row(stored_object).blob_key else "disk"


def content_of(stored_object: StoredObject) -> bytes:
    key = row(stored_object).blob_key
    with closing(storage.storage_of(key).open(key)) as reader:
        return reader.read_at(0, reader.size)


def is_whole(stored_object: StoredObject) -> bool:
    now = row(stored_object)
    return digest_of(storage.storage_of(now.blob_key), now.blob_key) == now.sha256


def _side_by_side(bucket: Storage, disk: DiskStorage, settings, monkeypatch) -> TwoStorages:
    monkeypatch.setattr(storage, "_make_storage", None)  # put back after the test
    monkeypatch.setattr(storage, "_make_other_storage", None)
    bucket.prepare(holds_blobs=False)
    return TwoStorages(disk, bucket, lambda name: setattr(settings, "OBJECT_STORAGE", name))


@pytest.fixture
def two_storages(disk, tmp_path, settings, monkeypatch) -> TwoStorages:
    return _side_by_side(FolderBucket(tmp_path / "bucket"), disk, settings, monkeypatch)


@pytest.fixture
def disk_and_s3(disk, s3, settings, monkeypatch) -> Iterator[TwoStorages]:
    bucket = s3_storage(s3, location="")
    yield _side_by_side(bucket, disk, settings, monkeypatch)
    for client in (bucket.clients.internal, bucket.clients.copying, bucket.clients.public):
        client.close()
