"""What a storage must do. Keys are made by the storage, random, and never hold anything a client said."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

KEY_BYTES = 24


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
