"""Blobs in a dictionary: fast, gone with the process. For tests; it passes the contract of the real ones."""

from collections.abc import Iterable

from objects_app.storage.base import BlobNotFound, new_key


class MemoryStorage:
    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def create(self) -> "MemoryWriter":
        return MemoryWriter(self.blobs)

    def open(self, key: str) -> "MemoryReader":
        try:
            return MemoryReader(self.blobs[key])
        except KeyError as error:
            raise BlobNotFound(key) from error

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.blobs.pop(key, None)

    def free_bytes(self) -> None:
        return None


class MemoryWriter:
    def __init__(self, blobs: dict[str, bytes]) -> None:
        self.blobs = blobs
        self.body = bytearray()

    def write(self, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            self.body += block

    def commit(self) -> str:
        key = new_key()
        self.blobs[key] = bytes(self.body)
        return key

    def discard(self) -> None:
        self.body.clear()


class MemoryReader:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.size = len(body)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.body[offset : offset + length]

    def close(self) -> None:
        """Nothing is held open."""
