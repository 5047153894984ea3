"""What a storage must do. Keys are made by the storage, random, and never hold anything a client said."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeGuard

KEY_BYTES = 24
READ_AT_ONCE = 1024 * 1024
MARKER = "holdall-objects"  # by which a folder or bucket of objects is told from others
STAGING = "staging/"  # what the keys begin with to which clients send bytes themselves


class BlobNotFound(Exception):
    """No blob has this key."""


def new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


@dataclass(frozen=True)
class BlobEntry:
    """What the storage itself knows of a blob, or of the part of one that was never committed."""

    key: str
    size: int
    changed_at: datetime


class BlobWriter(Protocol):
    """One blob on its way in. Nothing of it can be read before `commit`, and `discard` leaves nothing behind.

    Until `release` the storage knows that somebody is at work on it, and no sweep takes it for left behind.
    """

    key: str

    def write(self, blocks: Iterable[bytes]) -> None: ...

    def commit(self) -> str:
        """Make the blob durable and return its key."""
        ...

    def discard(self) -> None:
        """May be called at any time and more than once; after `commit` it only releases."""
        ...

    def release(self) -> None:
        """A row names the blob now, or never will. May be called at any time and more than once."""
        ...


class BlobReader(Protocol):
    """One blob on its way out: it stays whole while it is open, even when it is deleted meanwhile."""

    size: int

    def read_at(self, offset: int, length: int) -> bytes:
        """Fewer bytes than asked for mean that the blob ends there."""
        ...

    def close(self) -> None: ...


class Storage(Protocol):
    """Every method may raise StorageUnavailable; those that write StorageFull, and then nothing of the blob is kept."""

    is_bucket: bool

    def owns(self, key: str) -> bool:
        """Whether the key has the form that this storage gives to keys; several storages can be in use side by side."""
        ...

    def is_there(self) -> bool:
        """False where it was never prepared, so that it cannot hold anything."""
        ...

    def prepare(self, *, holds_blobs: bool) -> None:
        """Make the storage ready for its first blob; one that is ready stays as it is.

        Raise StorageUnavailable where it should hold blobs by now, but is empty: then a disk is not mounted.
        """
        ...

    def create(self) -> BlobWriter: ...

    def open(self, key: str) -> BlobReader:
        """Raise BlobNotFound where there is none."""
        ...

    def size_of(self, key: str) -> int:
        """In bytes. Raise BlobNotFound where there is none."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete each; one that is not there is no error."""
        ...

    def free_bytes(self) -> int | None:
        """How much more fits, None where there is no such limit."""
        ...

    def list_blobs(self, *, after: str = "") -> Iterator[BlobEntry]:
        """Every whole blob in the order of the keys, from the first one behind `after`."""
        ...

    def list_parts(self) -> Iterator[BlobEntry]:
        """Every blob that was begun and not committed, those that are being written included."""
        ...

    def delete_orphan(self, key: str, *, is_named: Callable[[], bool]) -> bool:
        """Delete a blob that nobody is at work on, unless a row names it, which is asked at the last moment.

        Return whether this call deleted it.
        """
        ...

    def delete_part(self, key: str) -> bool:
        """Delete what was written of a blob that nobody is at work on. Return whether this call deleted it."""
        ...


class BlobChanged(Exception):
    """The blob is no longer the one that was looked at."""


@dataclass(frozen=True)
class BlobHead:
    """What a store says of a blob without sending it. `sha256` only where it has computed it over the whole content."""

    size: int
    etag: str
    sha256: str = ""


@dataclass(frozen=True)
class PresignedUpload:
    """A URL that takes one kind of PUT for `lifetime`, and the headers that the PUT must carry."""

    url: str
    lifetime: timedelta
    headers: Mapping[str, str] = field(default_factory=dict)


class DirectStorage(Storage, Protocol):
    """A storage that clients reach themselves: they PUT to a staging key, which is copied to a key of ours alone."""

    def new_staging_key(self, object_id: str) -> str: ...

    def is_staging_key(self, key: str) -> bool: ...

    def new_blob_key(self) -> str: ...

    def presign_upload(
        self, staging_key: str, *, lifetime: timedelta, size: int | None, sha256: str
    ) -> PresignedUpload:
        """Without a call of the store. `size` and `sha256` are what the client declared, None and empty where not."""
        ...

    def presign_download(self, key: str, *, lifetime: timedelta, content_type: str, disposition: str) -> str:
        """Without a call of the store."""
        ...

    def head(self, key: str) -> BlobHead:
        """Raise BlobNotFound where there is none."""
        ...

    def copy(self, staging_key: str, head: BlobHead, blob_key: str, *, note_upload: Callable[[str], None]) -> str:
        """Copy what `head` describes and nothing else: raise BlobChanged where it was replaced, BlobNotFound if gone.

        `note_upload` hears the id of a copy in parts before its first part. Return the SHA-256 of the copy where the
        store has computed it.
        """
        ...

    def abort_upload(self, key: str, upload_id: str) -> None:
        """Drop the parts of an upload that was never completed; one that is over is no error."""
        ...


def is_direct(storage: Storage) -> TypeGuard[DirectStorage]:
    return storage.is_bucket


def digest_of(storage: Storage, key: str) -> str:
    """The SHA-256 of a stored blob, all of which is read. Raise BlobNotFound where there is none."""
    digest = hashlib.sha256()
    offset = 0
    with closing(storage.open(key)) as reader:
        while block := reader.read_at(offset, READ_AT_ONCE):
            digest.update(block)
            offset += len(block)
    return digest.hexdigest()
