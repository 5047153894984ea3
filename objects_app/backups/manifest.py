"""The manifest: written last, so that a folder without one is an unfinished backup."""

import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from objects_app.backups.files import sha256_of, whole_file
from objects_app.backups.refusals import BackupRefused

FORMAT = 1


def installed_version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


@dataclass(frozen=True)
class FileEntry:
    """What a file of the backup must be."""

    name: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        return cls(name=path.name, size=path.stat().st_size, sha256=sha256_of(path))

    def refuse_other(self, folder: Path) -> None:
        path = folder / self.name
        if not path.is_file() or path.stat().st_size != self.size or sha256_of(path) != self.sha256:
            raise BackupRefused(f"{path} is not what the manifest says: this backup is damaged.")


@dataclass(frozen=True)
class BlobTotals:
    count: int
    bytes: int
    damaged: int


@dataclass(frozen=True)
class VanishedEntry:
    file: FileEntry
    count: int


@dataclass(frozen=True)
class Manifest:
    """`blobs` and `vanished` are None where the backup holds the database alone."""

    holdall: str
    started_at: str
    finished_at: str
    vendor: str
    migrations: list[str]
    database: FileEntry
    blobs: BlobTotals | None
    vanished: VanishedEntry | None
    format: int = FORMAT

    def write(self, path: Path) -> None:
        with whole_file(path) as file:
            file.write(json.dumps(asdict(self), indent=2).encode() + b"\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        try:
            written = json.loads(path.read_bytes())
        except FileNotFoundError:
            raise BackupRefused(f"{path.parent} holds no finished backup: run `manage.py backup` again.") from None
        except ValueError:
            raise BackupRefused(f"{path} cannot be read: this backup is damaged.") from None
        if written.get("format") != FORMAT:
            raise BackupRefused(f"{path.parent} was written in another format by Holdall {written.get('holdall')}.")
        return cls(**written | cls._parts(written))

    @staticmethod
    def _parts(written: dict[str, Any]) -> dict[str, Any]:
        blobs, vanished = written["blobs"], written["vanished"]
        return {
            "database": FileEntry(**written["database"]),
            "blobs": BlobTotals(**blobs) if blobs else None,
            "vanished": VanishedEntry(FileEntry(**vanished["file"]), vanished["count"]) if vanished else None,
        }
