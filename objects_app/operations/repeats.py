"""Requests repeated after a lost answer: the same request, told by its fingerprint, is carried out once.

The official clients send `x-request-id` on every call that changes something and keep it across their own retries.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from objects_app.access import Actor
from objects_app.models import IdempotencyRecord


class RepeatedRequest(Exception):
    """This very request was carried out before; `target_id` is the object it was about."""

    def __init__(self, target_id: str) -> None:
        self.target_id = target_id
        super().__init__(target_id)


@dataclass(frozen=True)
class Fingerprint:
    """Another method, path or body under the same request id is another request: proxies trace by this header."""

    method: str
    path: str
    request_id: str
    body: bytes

    def digest(self) -> str:
        parts = [self.method.encode(), self.path.encode(), self.request_id.encode(), self.body]
        return hashlib.sha256(b"\n".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


@contextmanager
def once(fingerprint: Fingerprint | None, *, actor: Actor, target_id: str) -> Iterator[None]:
    """A transaction that is carried out once for this request: raises RepeatedRequest before anything is changed."""
    with transaction.atomic():
        if fingerprint:
            record, is_first = IdempotencyRecord.objects.get_or_create(
                account_id=actor.account_id, fingerprint=fingerprint.digest(), defaults={"target_id": target_id}
            )
            if not is_first:
                raise RepeatedRequest(record.target_id)
        yield


def columns_of(fingerprint: Fingerprint, *, actor: Actor, target_id: str) -> dict[str, Any]:
    """What the record of a request says; one of the same account and fingerprint was made by this very request."""
    return {"account_id": actor.account_id, "fingerprint": fingerprint.digest(), "target_id": target_id}


def was_carried_out(fingerprint: Fingerprint | None, *, actor: Actor) -> bool:
    if not fingerprint:
        return False
    records = IdempotencyRecord.objects.filter(account_id=actor.account_id, fingerprint=fingerprint.digest())
    return records.exists()


def remember(fingerprint: Fingerprint | None, *, actor: Actor, target_id: str) -> None:
    """Inside the transaction that carries the request out."""
    if fingerprint:
        IdempotencyRecord.objects.create(**columns_of(fingerprint, actor=actor, target_id=target_id))
