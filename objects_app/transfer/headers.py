"""The headers of hosted bytes: exact, and such that no content can act in the name of this site (promise P16)."""

import base64

from objects_app.asgi_headers import Headers
from objects_app.content_types import served_as
from objects_app.dispositions import disposition
from objects_app.models import StoredObject
from objects_app.operations.downloads import Download

HARMLESS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"cache-control", b"private, no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"accept-ranges", b"bytes"),
]


def content_headers(download: Download) -> Headers:
    stored_object = download.stored_object
    headers = [
        *HARMLESS,
        (b"content-type", served_as(stored_object.content_type).encode("latin-1")),
        (b"content-disposition", disposition(stored_object.name, inline=download.inline).encode("ascii")),
        (b"etag", entity_tag(stored_object).encode("ascii")),
    ]
    if stored_object.sha256:
        digest = base64.b64encode(bytes.fromhex(stored_object.sha256))
        headers.append((b"repr-digest", b"sha-256=:" + digest + b":"))
    return headers


def entity_tag(stored_object: StoredObject) -> str:
    """Strong: content never changes, so the digest, or else the blob's random key, names these bytes alone."""
    return f'"{stored_object.sha256 or stored_object.blob_key}"'


def names_tag(header: str | None, tag: str) -> bool:
    """Whether If-None-Match names the tag; the comparison is the weak one (RFC 9110, 13.1.2)."""
    if header is None:
        return False
    tags = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in tags or tag in tags
