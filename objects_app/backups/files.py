"""Files of a backup: private, and under their name only when they are whole and on the disk."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from objects_app.storage.disk_files import sync_folder

PRIVATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def open_private(path: Path) -> BinaryIO:
    """A new file; whoever still writes to an old one of that name writes to nobody."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, PRIVATE, 0o600), "w+b")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    with open_private(part_of(path)) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    put_in_place(path)


def put_in_place(path: Path) -> None:
    part_of(path).rename(path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
