"""Files that are, or become, blobs: synced, renamed into place, and the folder synced, in this order."""

import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.failpoints import fp

SYNCED_EVERY = 16 * 1024 * 1024
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PART_SUFFIX = ".part"
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


def part_of(path: Path) -> Path:
    return path.with_suffix(PART_SUFFIX)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, OLD_FILE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class DiskFile:
    """A file that is to become a blob. Until `release` it is held, so that no sweep takes it for left behind."""

    def __init__(self, key: str, path: Path, part: Path, descriptor: int) -> None:
        self.key = key
        self.path = path
        self.part = part
        self.committed = False
        self.descriptor = descriptor
        self._hold()

    def _hold(self) -> None:
        """From now on no sweep takes the file for left behind; one that did so before has removed it."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)
            self._see_name()
        except OSError:
            self.discard()
            raise

    def _see_name(self) -> None:
        if not os.fstat(self.descriptor).st_nlink:
            raise FileNotFoundError(errno.ENOENT, "removed meanwhile", str(self.part))

    def commit(self) -> str:
        with naming_failures():
            fp("put.before_sync")
            os.fsync(self.descriptor)
            fp("put.before_rename")
            self.part.rename(self.path)
            fp("put.before_folder_sync")
            sync_folder(self.path.parent)
        self.committed = True
        fp("put.after_folder_sync")
        return self.key

    def discard(self) -> None:
        try:
            if not self.committed:
                with naming_failures():
                    self.part.unlink(missing_ok=True)
                    self.path.unlink(missing_ok=True)  # it is there when the sync of the folder failed
        finally:
            self.release()

    def release(self) -> None:
        """What a close reports is of no use: the file was synced, or is gone."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)


class DiskWriter(DiskFile):
    def __init__(self, key: str, path: Path) -> None:
        self.size = 0
        self.synced = 0
        super().__init__(key, path, part_of(path), os.open(part_of(path), NEW_FILE, 0o600))

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


class BodyFile(DiskFile):
    """A whole body that the front server wrote into a folder of this file system."""

    def __init__(self, key: str, path: Path, body: Path) -> None:
        descriptor = os.open(body, OLD_FILE | os.O_NONBLOCK)
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(descriptor)
            raise FileNotFoundError(errno.ENOENT, "not a regular file", str(body))
        self.size = found.st_size
        super().__init__(key, path, body, descriptor)

    def digest(self) -> str:
        """The SHA-256, for which all of it is read."""
        with naming_failures(), open(self.descriptor, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def commit(self) -> str:
        """The front server removes its file when the client leaves, and may give the name to another one's body."""
        with naming_failures():
            self._see_name()
        return super().commit()


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
            with suppress(OSError):
                os.close(descriptor)
