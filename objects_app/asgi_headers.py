"""Headers as ASGI has them: in bytes, their names in small letters."""

from collections.abc import Iterable

Header = tuple[bytes, bytes]
Headers = list[Header]
OF_THE_ROOT = frozenset({b"x-request-id", b"strict-transport-security"})  # which it adds to every answer


def encode_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
