"""Signed transfer URLs: one method on one object until one time, and nothing of it can be changed.

The signature is HMAC-SHA256 over every part, under a key derived from SECRET_KEY for this purpose alone. URLs signed
under a key in SECRET_KEY_FALLBACKS stay valid until they run out. A valid signature says who let the bearer in; whether
that is still right is asked of the row at every use.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qsl, quote_plus

from django.conf import settings

from objects_app.errors import InvalidSignature

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
VERSION = "1"
KEY_CONTEXT = b"holdall.transfer-url." + VERSION.encode()


class Purpose(StrEnum):
    UPLOAD = "upload"
    DOWNLOAD = "download"


METHODS = {Purpose.UPLOAD: "PUT", Purpose.DOWNLOAD: "GET"}


@dataclass(frozen=True)
class TransferGrant:
    """What a signed URL allows. `account` asked for it, `epoch` was the object's visibility then, `grant` is the audit
    event of the asking, `expires` is in milliseconds since 1970.
    """

    purpose: Purpose
    object_id: str
    account: str
    epoch: int
    grant: int
    expires: int
    inline: bool = False


def milliseconds(moment: datetime) -> int:
    """Since 1970, rounded down: the unit of times on the wire."""
    return (moment - EPOCH) // MILLISECOND


def sign(grant: TransferGrant) -> str:
    """Return path and query of the URL."""
    return f"/{grant.purpose}/{grant.object_id}?{_query(grant, settings.SECRET_KEY)}"


def verify(purpose: Purpose, object_id: str, query: str) -> TransferGrant:
    """Raise InvalidSignature unless `query` is, to the letter, what `sign` writes for this purpose and object."""
    grant = _parse(purpose, object_id, query)
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        if hmac.compare_digest(query.encode(), _query(grant, secret).encode()):
            return grant
    raise InvalidSignature


def _parse(purpose: Purpose, object_id: str, query: str) -> TransferGrant:
    try:
        f"{object_id}{query}".encode("ascii")
        parts = dict(parse_qsl(query, strict_parsing=True))
        return TransferGrant(
            purpose=purpose,
            object_id=object_id,
            account=parts["account"],
            epoch=int(parts["epoch"]),
            grant=int(parts["grant"]),
            expires=int(parts["expires"]),
            inline=parts["inline"] == "1",
        )
    except (KeyError, ValueError) as error:
        raise InvalidSignature from error


def _query(grant: TransferGrant, secret: str) -> str:
    account, inline = quote_plus(grant.account), int(grant.inline)
    parts = (
        f"v={VERSION}&account={account}&epoch={grant.epoch}&grant={grant.grant}&expires={grant.expires}&inline={inline}"
    )
    text = f"{METHODS[grant.purpose]}\n{grant.purpose}\n{grant.object_id}\n{parts}"
    return f"{parts}&signature={hmac.digest(_key(secret), text.encode(), hashlib.sha256).hex()}"


@lru_cache
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), KEY_CONTEXT, hashlib.sha256)
