"""Blobs as files in one folder: written beside, synced, renamed into place, and the folder synced, in this order."""

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.storage.base import BlobNotFound, new_key

SYNCED_EVERY = 16 * 1024 * 1024
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
KEY = re.compile(r"[0-9a-f]{48}")
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
OLD_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def naming_failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull from error
        raise StorageUnavailable(str(error)) from error


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class DiskStorage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ready: set[Path] = set()
        self._making = Lock()

    def create(self) -> "DiskWriter":
        key = new_key()
        with naming_failures():
            self._make_folder(self.folder)
            self._make_folder(self._path(key).parent)
            return DiskWriter(key, self._path(key))

    def take_in(self, key: str) -> "DiskWriter":
        """A writer for a blob that has its key already, in place of what an interrupted one left behind."""
        path = self._path(key)
        with naming_failures():
            self._make_folder(self.folder)
            self._make_folder(path.parent)
            path.with_suffix(".part").unlink(missing_ok=True)
            return DiskWriter(key, path)

    def keys(self) -> Iterator[str]:
        """The key of every blob, in order; one folder of them at a time is held in memory."""
        with naming_failures():
            for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
                yield from sorted(path.name for path in folder.iterdir() if KEY.fullmatch(path.name))

    def remove_parts(self) -> None:
        """Only where nobody writes: the blob of each is not there, and will be written anew."""
        with naming_failures():
            for part in self.folder.glob("[0-9a-f][0-9a-f]/*.part"):
                part.unlink(missing_ok=True)

    def open(self, key: str) -> "DiskReader":
        with naming_failures():
            try:
                return DiskReader(os.open(self._path(key), OLD_FILE))
            except FileNotFoundError as error:
                if not self._path(key).parent.is_dir():
                    raise  # it was there when the blob was written: a disk that is not mounted has lost no blob
                raise BlobNotFound(key) from error

    def delete(self, keys: Iterable[str]) -> None:
        """Gone for good: the folders are synced, so that no power cut brings back what no row names any more."""
        folders = set()
        with naming_failures():
            for key in keys:
                with suppress(FileNotFoundError, BlobNotFound):
                    self._path(key).unlink()
                    folders.add(self._path(key).parent)
            for folder in folders:
                sync_folder(folder)

    def free_bytes(self) -> int:
        with naming_failures():
            self._make_folder(self.folder)
            disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise BlobNotFound(key)
        return self.folder / key[:2] / key

    def _make_folder(self, folder: Path) -> None:
        """Once in each process, so that no blob is acknowledged in a folder that a power cut would take away."""
        if folder not in self._ready:
            with self._making:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                sync_folder(folder.parent)
                self._ready.add(folder)


class DiskWriter:
    def __init__(self, key: str, path: Path) -> None:
        self.key = key
        self.path = path
        self.part = path.with_suffix(".part")
        self.size = 0
        self.synced = 0
        self.committed = False
        self.descriptor = os.open(self.part, NEW_FILE, 0o600)

    def write(self, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            rest = memoryview(block)
            with naming_failures():
                while rest:
                    written = os.write(self.descriptor, rest)
                    rest = rest[written:]
                    self.size += written
                self._start_syncing()

    def _start_syncing(self) -> None:
        """Let the disk begin while more arrives: the sync at the end then finds most of it done.

        The pages leave the cache with it, so that a large upload does not drive out what others read.
        """
        if self.size - self.synced >= SYNCED_EVERY and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self.descriptor, self.synced, self.size - self.synced, os.POSIX_FADV_DONTNEED)
            self.synced = self.size

    def commit(self) -> str:
        with naming_failures():
            os.fsync(self.descriptor)
            self._close()
            self.part.rename(self.path)
            sync_folder(self.path.parent)
        self.committed = True
        return self.key

    def discard(self) -> None:
        if self.committed:
            return
        with naming_failures():
            try:
                self._close()
            finally:
                self.part.unlink(missing_ok=True)
                self.path.unlink(missing_ok=True)  # it is there when the sync of the folder failed

    def _close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


class DiskReader:
    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        try:
            self.size = os.fstat(descriptor).st_size
        except OSError:
            self.close()
            raise

    def read_at(self, offset: int, length: int) -> bytes:
        with naming_failures():
            return os.pread(self.descriptor, length, offset)

    def close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
