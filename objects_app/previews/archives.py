"""What is in an archive, by its headers alone: nothing is unpacked to anywhere."""

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from objects_app.previews.base import MOST_ENTRIES, Content, LimitReached, Preview, Unreadable, said_size
from objects_app.previews.texts import code, decode, visible

BLOCK = 4096
MOST_UNPACKED = 8 * 1024 * 1024
MOST_TEXT = 256 * 1024
GZIP = 16 + zlib.MAX_WBITS
NO_ARCHIVE = "This is no archive that can be listed, or it is damaged. Download the object to look into it."
NO_GZIP = "This is no gzip content, or it is damaged. Download the object to look into it."
LONG_LIST = "The list of what is in this archive is too long to read here."
BAD_TAR = (tarfile.TarError, EOFError, ValueError, OverflowError)
BAD_ZIP = (zipfile.BadZipFile, EOFError, ValueError, OverflowError, NotImplementedError, OSError)
LONGEST_NAME = 300
HEADER = ("Name", "Size")
Rows = list[list[str]]


class RangeFile(io.RawIOBase):
    """The content as a file, of which only the blocks that are asked for are read."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._offset = 0
        self._block = (0, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._offset

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._offset, io.SEEK_END: self._content.size}[whence]
        self._offset = max(start + offset, 0)
        return self._offset

    def read(self, size: int = -1) -> bytes:
        wanted = max(self._content.size - self._offset, 0) if size is None or size < 0 else size
        parts = []
        while wanted > 0 and (part := self._some(wanted)):
            parts.append(part)
            wanted -= len(part)
            self._offset += len(part)
        return b"".join(parts)

    def _some(self, wanted: int) -> bytes:
        start, block = self._block
        if not start <= self._offset < start + len(block):
            start, block = self._offset, self._content.read_at(self._offset, max(min(wanted, BLOCK * 16), BLOCK))
            self._block = (start, block)
        inside = self._offset - start
        return block[inside : inside + wanted]


class Unpacked(io.RawIOBase):
    """What comes out of gzip content, in order, up to a limit."""

    def __init__(self, content: Content) -> None:
        self._file = RangeFile(content)
        self._content = content
        self._inflate = zlib.decompressobj(GZIP)
        self._left = MOST_UNPACKED
        self._packed = b""

    def read(self, size: int = -1) -> bytes:
        """Never all: nobody who reads archives asks for that."""
        parts = []
        while size > 0 and (part := self._some(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _some(self, size: int) -> bytes:
        """Empty at the end alone."""
        while not self._inflate.eof:
            self._content.check_time()
            self._packed = self._packed or self._file.read(BLOCK * 4)
            if not self._packed:
                raise EOFError
            part = self._inflate.decompress(self._packed, min(size, self._left + 1))
            self._packed = self._inflate.unconsumed_tail
            self._left -= len(part)
            if self._left < 0:
                raise LimitReached
            if part:
                return part
        return b""


def tar_preview(content: Content) -> Preview:
    try:
        return _listed(_tar_rows(tarfile.open(fileobj=RangeFile(content), mode="r:")))
    except BAD_TAR:
        raise Unreadable(NO_ARCHIVE) from None


def gzip_preview(content: Content) -> Preview:
    """A packed archive is listed; other packed content is shown where it is text."""
    try:
        begin = _begin_of(content)
        if _is_tar(begin):
            return _listed(_tar_rows(tarfile.open(fileobj=Unpacked(content), mode="r|")))
        text, note = decode(begin, is_cut=len(begin) == MOST_TEXT)
    except (*BAD_TAR, zlib.error):
        raise Unreadable(NO_GZIP) from None
    cut_note = f"First {said_size(MOST_TEXT)} of the unpacked content shown." if len(begin) == MOST_TEXT else note
    return code(text, content, name=content.name.removesuffix(".gz"), note=cut_note)


def _begin_of(content: Content) -> bytes:
    """With a reader of its own, so that the listing begins at the start."""
    unpacked = Unpacked(content)
    begin = b""
    try:
        while len(begin) < MOST_TEXT and (block := unpacked.read(BLOCK)):
            begin += block
            if _is_tar(begin):
                break
    except (LimitReached, EOFError):
        if not begin:
            raise
    return begin


def _is_tar(begin: bytes) -> bool:
    return begin[257:262] == b"ustar"


def zip_preview(content: Content) -> Preview:
    try:
        with zipfile.ZipFile(RangeFile(content)) as archive:
            entries = archive.infolist()
    except LimitReached:
        raise Unreadable(LONG_LIST) from None
    except BAD_ZIP:
        raise Unreadable(NO_ARCHIVE) from None
    rows = [_row(each.filename, "folder" if each.is_dir() else said_size(each.file_size)) for each in entries]
    note = f"Entries beyond number {MOST_ENTRIES} of {len(rows)} are not shown." if len(rows) > MOST_ENTRIES else ""
    return Preview("entries", note, header=HEADER, rows=rows[:MOST_ENTRIES])


def _tar_rows(archive: tarfile.TarFile) -> Iterator[list[str]]:
    for member in archive:
        yield _row(member.name, _tar_kind(member))


def _tar_kind(member: tarfile.TarInfo) -> str:
    if member.isdir():
        return "folder"
    if member.issym() or member.islnk():
        return f"link to {visible(member.linkname[:LONGEST_NAME])}"
    return said_size(member.size) if member.isfile() else "device"


def _row(name: str, size: str) -> list[str]:
    return [visible(name[:LONGEST_NAME].encode(errors="replace").decode()), size]


def _listed(found: Iterator[list[str]]) -> Preview:
    """What was found when a limit was reached, or the rest turned out to be damaged, is shown."""
    rows: Rows = []
    note = ""
    try:
        for row in found:
            if len(rows) == MOST_ENTRIES:
                raise LimitReached
            rows.append(row)
    except LimitReached:
        note = f"Entries beyond number {len(rows)} are not shown."
    except (*BAD_TAR, zlib.error):
        note = "The rest of this archive is damaged."
    if not rows:
        raise Unreadable(NO_ARCHIVE if note else "This archive is empty.")
    return Preview("entries", note, header=HEADER, rows=rows)
