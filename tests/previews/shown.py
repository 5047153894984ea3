"""Previews of bytes that a test holds in its hand."""

import io
import tarfile
import zipfile
from dataclasses import dataclass, field

from objects_app.previews import FIRST_BYTES, Preview, preview_of


@dataclass
class Bytes:
    """A source that remembers what was read of it."""

    content: bytes
    read: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        self.read.append(length)
        return self.content[offset : offset + length]


def show(content: bytes, content_type: str, name: str = "notes", *, most: int = FIRST_BYTES) -> Preview:
    return preview_of(Bytes(content), content_type=content_type, name=name, most=most)


def tar(count: int, *, size: int = 3, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for number in range(count):
            member = tarfile.TarInfo(f"data/{number}.txt")
            member.size = size
            archive.addfile(member, io.BytesIO(b"x" * size))
    return out.getvalue()


def zipped(count: int, *, name: str = "data/{}.txt") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(name.format(number), "abc")
    return out.getvalue()
