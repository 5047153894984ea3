"""What a content type means when bytes are served."""

import re

# The six words of the official clients, beside every MIME type.
WORDS = {
    "unspecified": "application/octet-stream",
    "binary": "application/octet-stream",
    "text": "text/plain; charset=utf-8",
    "gzip": "application/gzip",
    "tgz": "application/gzip",
    "tar": "application/x-tar",
}
TCHARS = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110, 5.6.2
# The RFC allows tabs too, which are control characters to us.
QUOTED = r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"'
MIME_TYPE = re.compile(rf"{TCHARS}/{TCHARS}(?: *; *{TCHARS}=(?:{TCHARS}|{QUOTED}))*")
INERT = {
    "text/plain",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/bmp",
}
INERT_FAMILIES = ("audio/", "video/")
PDF = "application/pdf"


def is_content_type(text: str) -> bool:
    return text in WORDS or MIME_TYPE.fullmatch(text) is not None


def served_as(content_type: str) -> str:
    return WORDS.get(content_type, content_type)


def essence_of(content_type: str) -> str:
    """The type without its parameters."""
    return served_as(content_type).partition(";")[0].strip().lower()


def is_inert(content_type: str) -> bool:
    """Whether a browser may show the content on this origin: it cannot run a script in any of these types."""
    essence = essence_of(content_type)
    return essence in INERT or essence.startswith(INERT_FAMILIES)


def is_inert_apart(content_type: str) -> bool:
    """The same on an origin that has nothing but hosted bytes: there a PDF, which brings scripts, may be shown too."""
    return is_inert(content_type) or essence_of(content_type) == PDF
