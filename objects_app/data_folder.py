"""Who may use the data folder: one `serve` or `restore` at a time, and no `serve` on what a restore left half done."""

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
    """The kernel lets go of the lock when this process ends, however it ends."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(settings.DATA_DIR / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataInUse from None
        yield


def restore_mark() -> Path:
    """There from the beginning of a restore to its end; it holds the name of what is restored."""
    return Path(settings.DATA_DIR, "restore.unfinished")
