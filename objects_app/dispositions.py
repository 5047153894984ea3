"""What a browser is told to do with hosted bytes: save them under a name that can do no harm, or show them."""

import unicodedata
from urllib.parse import quote

LONGEST_NAME = 200
LONGEST_SUFFIX = 20
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, direction marks, surrogates, line separators


def shortened(name: str) -> str:
    """As long as file systems take, with its suffix: proxies and clients refuse answers with very long headers."""
    stem, dot, suffix = name.rpartition(".")
    if len(name) <= LONGEST_NAME or len(suffix) > LONGEST_SUFFIX or not dot:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - 1 - len(suffix)]}.{suffix}"


def disposition(name: str, *, inline: bool) -> str:
    """RFC 6266: an ASCII name for old clients and the whole one, with nothing in either that could end the header."""
    cleaned = "".join(char for char in name if unicodedata.category(char) not in UNWANTED)
    cleaned = cleaned.replace("/", "_").replace("\\", "_").strip(" .") or "object"
    cleaned = shortened(cleaned)
    plain = "".join(char if char.isascii() and char not in '"%' else "_" for char in cleaned)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(cleaned, safe='')}"
