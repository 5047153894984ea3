"""Failing system calls: those on files of one folder, by number, once or from then on."""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

CALLS = (
    "open",
    "close",
    "write",
    "fsync",
    "rename",
    "unlink",
    "mkdir",
    "stat",
    "fstat",
    "pread",
    "listdir",
    "statvfs",
    "posix_fadvise",
)
CHANGING = {"write", "fsync", "rename", "unlink", "mkdir", "posix_fadvise"}
DONE_FIRST = {"close", "fsync"}  # a descriptor is gone even where its close fails


class FileFault:
    def __init__(self, folder: Path, code: int, *, lasting: bool = False) -> None:
        self.folder, self.code, self.lasting = str(folder), code, lasting

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        self.left, self.hit = number, ""
        with pytest.MonkeyPatch.context() as patch:
            for name in CALLS:
                patch.setattr(os, name, self._watched(name, getattr(os, name)))
            patch.setattr(fcntl, "flock", self._watched("flock", fcntl.flock))
            yield

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if not self._concerns(args[0]) or not self._fails(name, args):
                return real(*args, **kwargs)
            if name in DONE_FIRST:
                real(*args, **kwargs)
            raise OSError(self.code, os.strerror(self.code))

        return call

    def _concerns(self, file: Any) -> bool:
        file = file.fileno() if hasattr(file, "fileno") else file
        if isinstance(file, int):
            with suppress(OSError):
                return os.readlink(f"/proc/self/fd/{file}").startswith(self.folder)  # noqa: PTH115  not one of CALLS
            return False
        return os.fspath(file).startswith(self.folder)

    def _fails(self, name: str, args: tuple[Any, ...]) -> bool:
        if self.lasting and not self._changes(name, args):
            return False
        self.left -= 1
        if self.left == -1:
            self.hit = f"{name} {errno.errorcode[self.code]}"
        return self.left == -1 or (self.lasting and self.left < 0)

    def _changes(self, name: str, args: tuple[Any, ...]) -> bool:
        return name in CHANGING or (name == "open" and bool(args[1] & os.O_CREAT))
