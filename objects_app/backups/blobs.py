"""One blob from one storage into another: hashed on its way, and compared with what its row says."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing

from objects_app.backups.named import NamedBlob
from objects_app.errors import StorageUnavailable
from objects_app.storage import BlobNotFound, BlobReader, Storage
from objects_app.storage.disk import DiskStorage

BLOCK = 1024 * 1024
MISSING = "it is missing"


class BlobDamaged(Exception):
    """Its bytes are not what the row says."""


def copy_blob(blob: NamedBlob, source: Storage, target: DiskStorage, *, count: Callable[[int], None]) -> None:
    """Raise BlobNotFound or BlobDamaged, and then nothing of it is in `target`."""
    digest = hashlib.sha256()
    with closing(_open(source, blob.key)) as reader:
        writer = target.take_in(blob.key)
        try:
            for block in _blocks(reader):
                digest.update(block)
                writer.write([block])
                count(len(block))
            _compare(blob, reader.size, digest.hexdigest())
            writer.commit()
        finally:
            writer.discard()


def is_whole(blob: NamedBlob, storage: Storage, *, by_content: bool) -> bool:
    """By its length, which is enough for what was renamed into place, or also by its content."""
    try:
        with closing(_open(storage, blob.key)) as reader:
            digest = _digest(reader) if by_content else blob.sha256
            _compare(blob, reader.size, digest)
    except (BlobNotFound, BlobDamaged):
        return False
    return True


def _compare(blob: NamedBlob, size: int, digest: str) -> None:
    if blob.is_known_as_damaged:
        return
    if blob.size not in (None, size):
        raise BlobDamaged(f"it has {size} bytes instead of {blob.size}")
    if blob.sha256 not in ("", digest):
        raise BlobDamaged("its SHA-256 is not the one recorded at its upload")


def _digest(reader: BlobReader) -> str:
    digest = hashlib.sha256()
    for block in _blocks(reader):
        digest.update(block)
    return digest.hexdigest()


def _open(storage: Storage, key: str) -> BlobReader:
    try:
        return storage.open(key)
    except StorageUnavailable as error:
        if not isinstance(error.__cause__, OSError):
            raise  # the whole storage, not this blob: its disk is not mounted
        raise BlobDamaged(f"it cannot be read: {error}") from error


def _blocks(reader: BlobReader) -> Iterator[bytes]:
    offset = 0
    while offset < reader.size:
        try:
            block = reader.read_at(offset, BLOCK)
        except StorageUnavailable as error:
            raise BlobDamaged(f"it cannot be read: {error}") from error
        if not block:
            raise BlobDamaged(f"it ends after {offset} bytes of {reader.size}")
        offset += len(block)
        yield block
