"""The Range header of RFC 9110, section 14: one range of bytes; anything else is answered with the whole."""

import re
from dataclasses import dataclass

from objects_app.errors import RangeNotSatisfiable

SINGLE = re.compile(
    r"bytes[ \t]*=[ \t]*(?:(?P<first>[0-9]{1,19})-(?P<last>[0-9]{0,19})|-(?P<suffix>[0-9]{1,19}))[ \t]*"
)


@dataclass(frozen=True)
class ByteRange:
    """From `start` up to, not including, `end`."""

    start: int
    end: int


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """None means the whole: no header, several ranges, another unit or no range at all. Raises RangeNotSatisfiable."""
    match = SINGLE.fullmatch(header or "")
    if not match:
        return None
    if match["suffix"]:
        start, end = max(size - int(match["suffix"]), 0), size
    else:
        start, end = int(match["first"]), size
        if match["last"]:
            if int(match["last"]) < start:
                return None
            end = min(int(match["last"]) + 1, size)
    if start >= end:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return ByteRange(start, end)
