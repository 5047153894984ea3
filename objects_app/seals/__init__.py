"""Seals of the audit trail: how events become bytes, bytes become a hash chain, and who signed it.

An event's bytes are its id, a colon, and a JSON array of its other columns in the order of COLUMNS, without spaces,
keys sorted, everything but ASCII escaped, times in microseconds since 1970; a line break ends it. They are the same on
every database, and after a backup was restored. A seal holds

- `digest`: SHA-256 of the bytes of its events, in the order of their ids;
- `leaves`: for each event its id and the first 8 bytes of the SHA-256 of its JSON array. They name what was changed;
- `hash`: SHA-256 of all its other columns, `previous` among them, which is the hash of the seal before it;
- `signature`: HMAC-SHA256 of the hash under a key derived from SECRET_KEY, of which `key_id` is a fingerprint.

Keys in SECRET_KEY_FALLBACKS verify what they signed. A seal of a key that is forgotten by now is still vouched for by
every later seal, whose hash covers it.
"""

import hashlib
import hmac
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from django.conf import settings
from django.db import connection

from objects_app.models import AuditSeal

CONTEXT = b"holdall.audit-seal.1"
COLUMNS = (
    "at",
    "account_id",
    "actor_kind",
    "actor_id",
    "actor_label",
    "via",
    "action",
    "target_type",
    "target_id",
    "target_label",
    "result",
    "address",
    "request_id",
    "bytes",
    "details",
)
AS_READ = {
    "sqlite": {"at": "CAST(at AS TEXT)", "details": "CAST(details AS TEXT)"},
    "postgresql": {
        "at": "(extract(epoch FROM at) * 1000000)::bigint",
        "address": "host(address)",
        "details": "details::text",
    },
}
LEAF = struct.Struct(">q8s")
READ_AT_ONCE = 1_000
BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001  as SQLite keeps times: in UTC, without saying so


@dataclass(frozen=True)
class Sealable:
    """An event as seals see it."""

    id: int
    text: str

    @property
    def line(self) -> bytes:
        return f"{self.id}:{self.text}\n".encode()

    @property
    def leaf(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()[:8]


def events_after(event_id: int, *, upto: int | None = None, limit: int | None = None) -> Iterator[Sealable]:
    """In the order of their ids, read a thousand at a time; at most `limit`."""
    left = limit
    while left is None or left > 0:
        size = READ_AT_ONCE if left is None else min(READ_AT_ONCE, left)
        found = _read(event_id, size)
        yield from (event for event in found if upto is None or event.id <= upto)
        if len(found) < size or (upto is not None and found[-1].id >= upto):
            return
        event_id = found[-1].id
        left = None if left is None else left - size


def _read(event_id: int, limit: int) -> list[Sealable]:
    """Each column as plain text or number, so that one that was made unreadable is a difference and not a failure.

    There is no upper bound: with one, PostgreSQL sorts all that is left where it knows nothing of the table yet.
    """
    expressions = AS_READ[connection.vendor]
    columns = ", ".join(expressions.get(column, column) for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {columns} FROM objects_app_auditevent WHERE id > %s ORDER BY id LIMIT %s",  # noqa: S608  our own columns
            [event_id, limit],
        )
        return [Sealable(row[0], _text(row[1:])) for row in cursor.fetchall()]


def _text(values: tuple[Any, ...]) -> str:
    at, *others, details = values
    return json.dumps(
        [_microseconds(at), *others, _parsed(details)], sort_keys=True, separators=(",", ":"), default=str
    )


def _microseconds(at: Any) -> Any:
    if isinstance(at, int):
        return at
    try:
        return (datetime.fromisoformat(at) - BEGINNING) // timedelta(microseconds=1)
    except (TypeError, ValueError):
        return at


def _parsed(details: Any) -> Any:
    try:
        return json.loads(details)
    except (TypeError, ValueError):
        return f"not JSON: {details}"


def pack(events: list[Sealable]) -> tuple[str, bytes]:
    """Digest and leaves."""
    digest = hashlib.sha256()
    for event in events:
        digest.update(event.line)
    return digest.hexdigest(), b"".join(LEAF.pack(event.id, event.leaf) for event in events)


def leaves_of(seal: AuditSeal) -> dict[int, bytes]:
    return dict(LEAF.iter_unpack(bytes(seal.leaves)))


def hash_of(seal: AuditSeal) -> str:
    columns = [
        seal.number,
        seal.kind,
        seal.first_id,
        seal.last_id,
        seal.count,
        str(seal.newest_at),
        str(seal.created_at),
        seal.digest,
        bytes(seal.leaves).hex(),
        seal.previous,
    ]
    return hashlib.sha256(CONTEXT + json.dumps(columns, separators=(",", ":")).encode()).hexdigest()


def finish(seal: AuditSeal) -> AuditSeal:
    """Fill in what follows from the other columns."""
    key = _key(settings.SECRET_KEY)
    seal.hash, seal.key_id = hash_of(seal), _fingerprint(key)
    seal.signature = _signature(key, seal.hash)
    return seal


class Signed(Enum):
    RIGHT = auto()
    WRONG = auto()
    BY_ANOTHER_KEY = auto()


def check_signature(seal_hash: str, key_id: str, signature: str) -> Signed:
    """Whether a key of the settings signed this hash; BY_ANOTHER_KEY where none of them claims to have."""
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        key = _key(secret)
        if _fingerprint(key) == key_id:
            is_right = hmac.compare_digest(_signature(key, seal_hash), signature)
            return Signed.RIGHT if is_right else Signed.WRONG
    return Signed.BY_ANOTHER_KEY


def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), CONTEXT, hashlib.sha256)


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(CONTEXT + key).hexdigest()[:16]


def _signature(key: bytes, seal_hash: str) -> str:
    return hmac.digest(key, seal_hash.encode(), hashlib.sha256).hex()
