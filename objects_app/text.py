"""Text that every database, header and log can carry."""

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def is_clean(text: str) -> bool:
    """Neither control characters nor lone surrogates: PostgreSQL stores no NUL, and no header holds a line break."""
    return CONTROL.search(text) is None


def cleaned(text: str) -> str:
    return CONTROL.sub("?", text)
