"""Blobs as files in one folder. How one gets there is in disk_files.py."""

import fcntl
import os
import re
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from objects_app.errors import StorageUnavailable
from objects_app.failpoints import fp
from objects_app.storage.base import MARKER, BlobEntry, BlobNotFound, new_key
from objects_app.storage.disk_files import (
    OLD_FILE,
    PART_SUFFIX,
    BodyFile,
    DiskReader,
    DiskWriter,
    naming_failures,
    opened,
    part_of,
    sync_folder,
)

EMPTIED_AT_ONCE = 8  # folders
KEY = re.compile(r"[0-9a-f]{48}")
FOLDER = re.compile(r"[0-9a-f]{2}")
PART = re.compile(rf"{KEY.pattern}{re.escape(PART_SUFFIX)}")
BODY = re.compile(r"[0-9]{10}")  # as nginx names its files


class DiskStorage:
    is_bucket = False

    def __init__(self, folder: Path, *, bodies: Path | None = None) -> None:
        """`bodies` is where the front server writes bodies, if it does."""
        self.folder = folder
        self.bodies = bodies
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

    def create(self) -> DiskWriter:
        key = new_key()
        with naming_failures():
            self._see_marker()
            self._make_folder(self._path(key).parent)
            return DiskWriter(key, self._path(key))

    def take_in(self, key: str) -> DiskWriter:
        """A writer for a blob that has its key already, in place of what an interrupted one left behind."""
        path = self._path(key)
        with naming_failures():
            self._see_marker()
            self._make_folder(path.parent)
            part_of(path).unlink(missing_ok=True)
            return DiskWriter(key, path)

    def adopt(self, name: str) -> BodyFile:
        """The file of this full name, which the front server wrote. Raise BlobNotFound where that is not its folder."""
        body = Path(name)
        if body.parent != self.bodies or not BODY.fullmatch(body.name):
            raise BlobNotFound(name)
        key = new_key()
        with naming_failures():
            self._see_marker()
            self._make_folder(self._path(key).parent)
            return BodyFile(key, self._path(key), body)

    def open(self, key: str) -> DiskReader:
        with naming_failures(), self._finding(key):
            return DiskReader(os.open(self._path(key), OLD_FILE))

    def size_of(self, key: str) -> int:
        with naming_failures(), self._finding(key):
            return os.stat(self._path(key), follow_symlinks=False).st_size

    def delete(self, keys: Iterable[str]) -> None:
        """Gone for good: the folders are synced, so that no power cut brings back what no row names any more.

        Several folders at a time, because each waits for the disk at every file and at the sync.
        """
        parted: defaultdict[str, list[str]] = defaultdict(list)
        for key in filter(KEY.fullmatch, keys):
            parted[key[:2]].append(key)
        with naming_failures():
            self._see_marker()
            if len(parted) == 1:
                self._delete_in(*parted.popitem())
            elif parted:
                with ThreadPoolExecutor(min(len(parted), EMPTIED_AT_ONCE), thread_name_prefix="delete") as pool:
                    list(pool.map(self._delete_in, parted, parted.values()))

    def _delete_in(self, folder: str, keys: list[str]) -> None:
        gone = [self._unlink(f"{self.folder}/{folder}/{key}") for key in keys]
        if any(gone):
            sync_folder(self.folder / folder)

    def _unlink(self, path: str) -> bool:
        """A disk that is not mounted has lost no blob."""
        with suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108  on the hot path
            return True
        self._see_marker()
        return False

    def free_bytes(self) -> int:
        with naming_failures():
            self._see_marker()
            disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def list_blobs(self, *, after: str = "") -> Iterator[BlobEntry]:
        """One folder at a time is held in memory."""
        for folder in self._folders():
            if folder.name >= after[:2]:
                yield from self._entries(folder, lambda name: KEY.fullmatch(name) and name > after, prefix=folder.name)

    def list_parts(self) -> Iterator[BlobEntry]:
        for folder in self._folders():
            yield from self._entries(folder, PART.fullmatch, prefix=folder.name)
        for folder in self._body_folders():
            yield from self._entries(folder, BODY.fullmatch)

    def delete_orphan(self, key: str, *, is_named: Callable[[], bool]) -> bool:
        return self._delete_unless_held(self._path(key), is_named)

    def delete_part(self, key: str) -> bool:
        part = self.bodies / key if self.bodies and BODY.fullmatch(key) else part_of(self._path(key))
        return self._delete_unless_held(part, lambda: False)

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

    def _body_folders(self) -> list[Path]:
        """None before the front server has made its own."""
        with naming_failures():
            return [self.bodies] if self.bodies and self.bodies.is_dir() else []

    def _entries(self, folder: Path, is_wanted: Callable[[str], object], *, prefix: str = "") -> Iterator[BlobEntry]:
        """What somebody else put there is none of ours: links, folders, other names."""
        with naming_failures():
            names = sorted(path.name for path in folder.iterdir() if is_wanted(path.name))
        for name in names:
            if name.startswith(prefix) and (found := self._regular_file(folder / name)):
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
