"""Blobs as files in one folder: written beside, synced, renamed into place, and the folder synced, in this order."""

import errno
import fcntl
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.failpoints import fp
from objects_app.storage.base import MARKER, BlobEntry, BlobNotFound, new_key

SYNCED_EVERY = 16 * 1024 * 1024
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
KEY = re.compile(r"[0-9a-f]{48}")
FOLDER = re.compile(r"[0-9a-f]{2}")
PART_SUFFIX = ".part"
PART = re.compile(rf"{KEY.pattern}{re.escape(PART_SUFFIX)}")
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


class DiskStorage:
    is_bucket = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ready: set[Path] = set()
        self._making = Lock()

    def owns(self, key: str) -> bool:
        return "/" not in key

    def is_there(self) -> bool:
        with naming_failures():
            return self.folder.exists()

    def prepare(self, *, holds_blobs: bool) -> None:
        """The marker tells this folder from the empty one where a disk is not mounted."""
        marker = self.folder / MARKER
        with naming_failures():
            if holds_blobs and not marker.exists() and not any(self.folder.glob("??/*")):
                raise StorageUnavailable(f"{self.folder} should hold objects, but is empty: is its disk mounted?")
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(marker, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            sync_folder(self.folder)
            sync_folder(self.folder.parent)

    def create(self) -> "DiskWriter":
        key = new_key()
        with naming_failures():
            self._see_marker()
            self._make_folder(self._path(key).parent)
            return DiskWriter(key, self._path(key))

    def take_in(self, key: str) -> "DiskWriter":
        """A writer for a blob that has its key already, in place of what an interrupted one left behind."""
        path = self._path(key)
        with naming_failures():
            self._see_marker()
            self._make_folder(path.parent)
            part_of(path).unlink(missing_ok=True)
            return DiskWriter(key, path)

    def open(self, key: str) -> "DiskReader":
        with naming_failures(), self._finding(key):
            return DiskReader(os.open(self._path(key), OLD_FILE))

    def size_of(self, key: str) -> int:
        with naming_failures(), self._finding(key):
            return os.stat(self._path(key), follow_symlinks=False).st_size

    def delete(self, keys: Iterable[str]) -> None:
        """Gone for good: the folders are synced, so that no power cut brings back what no row names any more."""
        folders = set()
        with naming_failures():
            for key in keys:
                self._see_marker()
                with suppress(FileNotFoundError, BlobNotFound):
                    self._path(key).unlink()
                    folders.add(self._path(key).parent)
            for folder in folders:
                sync_folder(folder)

    def free_bytes(self) -> int:
        with naming_failures():
            self._see_marker()
            disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def list_blobs(self, *, after: str = "") -> Iterator[BlobEntry]:
        """One folder at a time is held in memory."""
        for folder in self._folders():
            if folder.name >= after[:2]:
                yield from self._entries(folder, lambda name: KEY.fullmatch(name) and name > after)

    def list_parts(self) -> Iterator[BlobEntry]:
        for folder in self._folders():
            yield from self._entries(folder, PART.fullmatch)

    def delete_orphan(self, key: str, *, is_named: Callable[[], bool]) -> bool:
        return self._delete_unless_held(self._path(key), is_named)

    def delete_part(self, key: str) -> bool:
        return self._delete_unless_held(part_of(self._path(key)), lambda: False)

    def _delete_unless_held(self, path: Path, is_named: Callable[[], bool]) -> bool:
        """Whoever writes a blob holds a lock on its file until a row names it, and the kernel lets go if he dies."""
        with naming_failures(), suppress(FileNotFoundError, BlockingIOError), opened(path) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not is_named():
                fp("orphans.before_unlink")
                path.unlink()
                sync_folder(path.parent)
                return True
        return False

    def _folders(self) -> list[Path]:
        with naming_failures():
            self._see_marker()
            return sorted(path for path in self.folder.iterdir() if FOLDER.fullmatch(path.name) and path.is_dir())

    def _entries(self, folder: Path, is_wanted: Callable[[str], object]) -> Iterator[BlobEntry]:
        """What somebody else put there is none of ours: links, folders, other names."""
        with naming_failures():
            names = sorted(path.name for path in folder.iterdir() if is_wanted(path.name))
        for name in names:
            if name.startswith(folder.name) and (found := self._regular_file(folder / name)):
                changed_at = datetime.fromtimestamp(found.st_mtime, UTC)
                yield BlobEntry(name.removesuffix(PART_SUFFIX), found.st_size, changed_at)

    def _regular_file(self, path: Path) -> os.stat_result | None:
        with naming_failures(), suppress(FileNotFoundError):
            found = os.stat(path, follow_symlinks=False)
            return found if stat.S_ISREG(found.st_mode) else None
        return None

    def place_of(self, key: str) -> str:
        """Below the folder."""
        if not KEY.fullmatch(key):
            raise BlobNotFound(key)
        return f"{key[:2]}/{key}"

    def _path(self, key: str) -> Path:
        return self.folder / self.place_of(key)

    @contextmanager
    def _finding(self, key: str) -> Iterator[None]:
        """A disk that is not mounted has lost no blob."""
        try:
            yield
        except FileNotFoundError as error:
            self._see_marker()
            raise BlobNotFound(key) from error

    def _see_marker(self) -> None:
        if not os.path.exists(self.folder / MARKER):  # noqa: PTH110  on the hot path
            raise StorageUnavailable(f"{self.folder} is not a folder of objects: is its disk mounted?")

    def _make_folder(self, folder: Path) -> None:
        """Once in each process, so that no blob is acknowledged in a folder that a power cut would take away."""
        if folder not in self._ready:
            with self._making:
                folder.mkdir(mode=0o700, exist_ok=True)
                sync_folder(folder.parent)
                self._ready.add(folder)


class DiskWriter:
    def __init__(self, key: str, path: Path) -> None:
        self.key = key
        self.path = path
        self.part = part_of(path)
        self.size = 0
        self.synced = 0
        self.committed = False
        self.descriptor = os.open(self.part, NEW_FILE, 0o600)
        self._hold()

    def _hold(self) -> None:
        """From now on no sweep takes the file for left behind; one that did so before has removed it."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)
            if not os.fstat(self.descriptor).st_nlink:
                raise FileNotFoundError(errno.ENOENT, "removed before it was held", str(self.part))
        except OSError:
            self.discard()
            raise

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
