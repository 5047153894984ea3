"""What a storage must do. Keys are made by the storage, random, and never hold anything a client said."""

import secrets
from collections.abc import Iterable
from typing import Protocol

KEY_BYTES = 24


class BlobNotFound(Exception):
    """No blob has this key."""


def new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


class BlobWriter(Protocol):
    """One blob on its way in. Nothing of it can be read before `commit`, and `discard` leaves nothing behind."""

    def write(self, blocks: Iterable[bytes]) -> None: ...

    def commit(self) -> str:
        """Make the blob durable and return its key."""
        ...

    def discard(self) -> None:
        """May be called at any time and more than once; does nothing after `commit`."""
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

    def create(self) -> BlobWriter: ...

    def open(self, key: str) -> BlobReader:
        """Raise BlobNotFound where there is none."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete each; one that is not there is no error."""
        ...

    def free_bytes(self) -> int | None:
        """How much more fits, None where there is no such limit."""
        ...
