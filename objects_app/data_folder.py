"""Who may use the data folder: one `serve` or `restore`, or any number of `web`, `worker` and `beat`."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


class DataInUse(Exception):
    """Somebody else holds the data folder."""


@contextmanager
def held() -> Iterator[None]:
    """By one alone. The kernel lets go of the lock when this process ends, however it ends."""
    with os.fdopen(_opened_lock()) as file:
        _lock(file.fileno(), fcntl.LOCK_EX)
        yield


def hold() -> None:
    """The same, for as long as this process lasts and the program that takes its place (exec)."""
    _take(fcntl.LOCK_EX)


def share() -> None:
    """With others who share it, for as long as this process lasts and the program that takes its place (exec)."""
    _take(fcntl.LOCK_SH)


def _take(how: int) -> None:
    descriptor = _opened_lock()
    _lock(descriptor, how)
    os.set_inheritable(descriptor, True)


def _opened_lock() -> int:
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(settings.DATA_DIR / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _lock(descriptor: int, how: int) -> None:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DataInUse from None


def restore_mark() -> Path:
    """There from the beginning of a restore to its end; it holds the name of what is restored."""
    return Path(settings.DATA_DIR, "restore.unfinished")
