"""The folder of one backup: what lies where in it, and who is at work on it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from objects_app.backups.files import part_of
from objects_app.backups.refusals import BackupRefused
from objects_app.storage.disk import DiskStorage

DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


@dataclass(frozen=True)
class BackupFolder:
    path: Path

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.json"

    @property
    def secret_key(self) -> Path:
        return self.path / "secret_key"

    @property
    def vanished(self) -> Path:
        return self.path / "vanished.jsonl"

    @property
    def blobs(self) -> DiskStorage:
        return DiskStorage(self.path / "objects")

    def database(self, vendor: str) -> Path:
        return self.path / DATABASES[vendor]

    def make(self) -> None:
        """Make the folder, or see that it holds a backup and nothing else."""
        path, data_dir = self.path.resolve(), settings.DATA_DIR.resolve()
        if path.is_relative_to(data_dir) or path.is_relative_to(settings.BLOBS_DIR.resolve()):
            raise BackupRefused(f"{self.path} is inside the data folder {data_dir}: choose a folder elsewhere.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        others = sorted({entry.name for entry in self.path.iterdir()} - self._names())
        if others:
            raise BackupRefused(f"{self.path} holds other things than a backup, such as {others[0]}.")
        self.path.chmod(0o700)

    def _names(self) -> set[str]:
        files = [self.manifest, self.secret_key, self.vanished, *map(self.database, DATABASES)]
        return {"objects", *(path.name for path in files), *(part_of(path).name for path in files)}

    @contextmanager
    def held_for_writing(self) -> Iterator[None]:
        with self._held(fcntl.LOCK_EX):
            yield

    @contextmanager
    def held_for_reading(self) -> Iterator[None]:
        if not self.path.is_dir():
            raise BackupRefused(f"There is no folder {self.path}.")
        with self._held(fcntl.LOCK_SH):
            yield

    @contextmanager
    def _held(self, kind: int) -> Iterator[None]:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise BackupRefused(f"Another backup or restore is at work on {self.path}.") from None
        finally:
            os.close(descriptor)
