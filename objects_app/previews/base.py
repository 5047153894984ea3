"""What a preview is, and the limits within which content is read for one."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

FIRST_BYTES = 1024 * 1024
SECONDS = 2.0
MOST_ENTRIES = 1_000


class Unreadable(Exception):
    """The content is not what its type says; the message is a sentence for people."""


class LimitReached(Exception):
    """No more may be read for a preview."""


class Source(Protocol):
    """Where the bytes come from: a reader of a storage."""

    size: int

    def read_at(self, offset: int, length: int) -> bytes: ...


@dataclass(frozen=True)
class Preview:
    """`kind` names the part of the page that shows it; `note` says what is not shown, or why nothing is."""

    kind: str
    note: str = ""
    html: str = ""
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    url: str = ""


def nothing(note: str) -> Preview:
    return Preview("nothing", note)


class Content:
    """What is said of an object, and its bytes: at most `most` of them are read, and none after two seconds."""

    def __init__(
        self,
        source: Source,
        *,
        content_type: str,
        name: str,
        most: int = FIRST_BYTES,
        seconds: float = SECONDS,
    ) -> None:
        self.content_type = content_type
        self.name = name
        self._source = source
        self._left = most
        self._ends_at = time.monotonic() + seconds
        self.size = source.size
        self.most = most

    @property
    def is_cut(self) -> bool:
        return self.size > self.most

    def head(self) -> bytes:
        """The first bytes, as many as may be read."""
        blocks = []
        offset = 0
        while offset < min(self.size, self.most) and (block := self.read_at(offset, self.most - offset)):
            blocks.append(block)
            offset += len(block)
        return b"".join(blocks)

    def read_at(self, offset: int, length: int) -> bytes:
        self.check_time()
        if offset >= self.size:
            return b""
        if self._left <= 0:
            raise LimitReached
        block = self._source.read_at(offset, min(length, self._left))
        self._left -= len(block)
        return block

    def check_time(self) -> None:
        if not self.has_time():
            raise LimitReached

    def has_time(self) -> bool:
        return time.monotonic() < self._ends_at

    def cut_note(self) -> str:
        return f"First {said_size(self.most)} of {said_size(self.size)} shown." if self.is_cut else ""


def said_size(size: int) -> str:
    """In the largest binary unit of which there is one."""
    number, unit = float(size), "byte" if size == 1 else "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if number < 1024:
            break
        number, unit = number / 1024, larger
    return f"{number:.1f}".removesuffix(".0") + f" {unit}"


def joined(*notes: str) -> str:
    return " ".join(filter(None, notes))
