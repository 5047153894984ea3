"""Blobs in a dictionary: fast, gone with the process. For tests; it passes the contract of the real ones."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from objects_app.storage.base import BlobEntry, BlobNotFound, new_key


class MemoryStorage:
    is_bucket = False

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.begun: dict[str, bytearray] = {}
        self.changed_at: dict[str, datetime] = {}
        self.held: set[str] = set()

    def owns(self, key: str) -> bool:
        return "/" not in key

    def is_there(self) -> bool:
        return True

    def prepare(self, *, holds_blobs: bool) -> None:
        """A dictionary is always ready."""

    def create(self) -> "MemoryWriter":
        return MemoryWriter(self)

    def open(self, key: str) -> "MemoryReader":
        try:
            return MemoryReader(self.blobs[key])
        except KeyError as error:
            raise BlobNotFound(key) from error

    def size_of(self, key: str) -> int:
        return self.open(key).size

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.blobs.pop(key, None)

    def free_bytes(self) -> None:
        return None

    def list_blobs(self, *, after: str = "") -> Iterator[BlobEntry]:
        for key in sorted(key for key in self.blobs if key > after):
            yield BlobEntry(key, len(self.blobs[key]), self.changed_at[key])

    def list_parts(self) -> Iterator[BlobEntry]:
        for key, body in sorted(self.begun.items()):
            yield BlobEntry(key, len(body), self.changed_at[key])

    def delete_orphan(self, key: str, *, is_named: Callable[[], bool]) -> bool:
        if key not in self.blobs or key in self.held or is_named():
            return False
        del self.blobs[key]
        return True

    def delete_part(self, key: str) -> bool:
        return key not in self.held and self.begun.pop(key, None) is not None


class MemoryWriter:
    def __init__(self, storage: MemoryStorage) -> None:
        self.storage = storage
        self.key = new_key()
        self.body = storage.begun[self.key] = bytearray()
        storage.held.add(self.key)
        storage.changed_at[self.key] = datetime.now(UTC)

    def write(self, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            self.body += block

    def commit(self) -> str:
        self.storage.blobs[self.key] = bytes(self.body)
        self.storage.begun.pop(self.key, None)
        return self.key

    def discard(self) -> None:
        self.storage.begun.pop(self.key, None)
        self.release()

    def release(self) -> None:
        self.storage.held.discard(self.key)


class MemoryReader:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.size = len(body)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.body[offset : offset + length]

    def close(self) -> None:
        """Nothing is held open."""
