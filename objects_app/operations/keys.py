"""API keys: make, look up, rotate, revoke."""

import hashlib
import logging
import re
import secrets
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Case, F, QuerySet, When
from django.db.models.expressions import Combinable

from objects_app import access, audit, clock, key_cache, key_stamp
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.errors import ValidationFailed, WrongState
from objects_app.ids import base62
from objects_app.models import Account, ApiKey, KeyUse
from objects_app.models.keys import has_not_ended
from objects_app.sqlite import waiting_at_most

logger = logging.getLogger(__name__)
PREFIX = "hld_"
SECRET = re.compile(rf"{PREFIX}([0-9A-Za-z]{{43}})([0-9A-Za-z]{{6}})")
SCOPES = ("objects:read", "objects:write")
LIVE_KEYS_AT_MOST = 20
USE_NOTED_EVERY = timedelta(minutes=1)
NOTE_SECONDS = 0.1


def create_key(
    account: Account,
    *,
    name: str,
    actor: Actor,
    scopes: tuple[str, ...] = SCOPES,
    expires_at: datetime | Combinable | None = None,
) -> tuple[ApiKey, str]:
    """Return the key and its secret, which is kept nowhere and cannot be shown again."""
    access.require_in_account(actor, Verb.MANAGE_KEYS, account.pk)
    with transaction.atomic():
        _lock_keys_of(account.pk)
        return _add_key(
            account.pk,
            actor=actor,
            name=name,
            can_read="objects:read" in scopes,
            can_write="objects:write" in scopes,
            expires_at=expires_at,
        )


def rotate_key(key: ApiKey, *, overlap: timedelta, actor: Actor) -> tuple[ApiKey, str]:
    """A new key with the name, the scopes and the lifetime of this one, which works on for the time of the overlap."""
    access.require_in_account(actor, Verb.MANAGE_KEYS, key.account_id)
    lifetime = key.expires_at - key.created_at if key.expires_at else None
    with transaction.atomic():
        _lock_keys_of(key.account_id)
        if not live_keys().filter(pk=key.pk, replaced_by__isnull=True).update(**_end_after(overlap, actor)):
            raise WrongState("Only a live key that is not being replaced yet can be rotated.")
        successor, secret = _add_key(
            key.account_id,
            actor=actor,
            name=key.name,
            can_read=key.can_read,
            can_write=key.can_write,
            expires_at=clock.after(lifetime) if lifetime else None,
        )
        ApiKey.objects.filter(pk=key.pk).update(replaced_by=successor)
        seconds = int(overlap.total_seconds())
        audit.record(
            AuditAction.KEY_ROTATED, actor=actor, target=key, replaced_by=successor.pk, overlap_seconds=seconds
        )
    key_cache.forget_all()
    return successor, secret


def _end_after(overlap: timedelta, actor: Actor) -> dict[str, Any]:
    """Without an overlap the key is revoked; with one it expires, at its own time where that comes first."""
    if not overlap:
        return {"revoked_at": clock.now(), "revoked_by": actor.label}
    end = clock.after(overlap)
    return {"expires_at": Case(When(expires_at__lt=end, then=F("expires_at")), default=end)}


def _lock_keys_of(account_id: str) -> None:
    """Two at once could each see room for one more key."""
    Account.objects.select_for_update().get(pk=account_id)


def _add_key(account_id: str, *, actor: Actor, **columns: Any) -> tuple[ApiKey, str]:
    if live_keys().filter(account=account_id).count() >= LIVE_KEYS_AT_MOST:
        raise ValidationFailed(f"An account has at most {LIVE_KEYS_AT_MOST} live keys. Revoke one first.")
    secret = new_secret()
    key = ApiKey.objects.create(
        account_id=account_id, digest=digest(secret), last_four=secret[-4:], created_by=actor.label, **columns
    )
    audit.record(AuditAction.KEY_CREATED, actor=actor, target=key, scopes=sorted(key.scopes))
    return key, secret


def new_secret() -> str:
    """256 random bits and a checksum, by which a mistyped key is told without the database."""
    random = base62(secrets.randbits(256), length=43)
    return PREFIX + random + checksum(random)


def checksum(random: str) -> str:
    return base62(zlib.crc32(random.encode()), length=6)


def is_well_formed(secret: str) -> bool:
    match = SECRET.fullmatch(secret)
    return match is not None and checksum(match[1]) == match[2]


def digest(secret: str) -> str:
    """A fast hash is right for 256 random bits (ASVS 6.5.2)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def live_keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(has_not_ended(), account__suspended_at__isnull=True)


def find_key(secret: str, *, address: str | None) -> ApiKey | None:
    """The live key of this secret, from memory where it was asked for seconds ago and nothing was revoked since."""
    if not is_well_formed(secret):
        return None
    return _known_or_loaded(digest(secret), address=address, stamp=key_stamp.read())


def find_key_and_count(
    secret: str, *, address: str | None, window_of: Callable[[str], str], seconds: int
) -> tuple[ApiKey | None, int]:
    """The same, and how often the window of its digest was counted within so many seconds, in the same round trip."""
    if not is_well_formed(secret):
        return None, 0
    key_digest = digest(secret)
    stamp, number = key_stamp.read_and_count(window_of(key_digest), seconds=seconds)
    return _known_or_loaded(key_digest, address=address, stamp=stamp), number


def _known_or_loaded(key_digest: str, *, address: str | None, stamp: str | None) -> ApiKey | None:
    return key_cache.get_or_load(key_digest, lambda: _load(key_digest, address=address), stamp=stamp)


def find_dead_key(secret: str) -> ApiKey | None:
    """The key of this secret that lets nobody in any more."""
    return ApiKey.objects.filter(digest=digest(secret)).first() if is_well_formed(secret) else None


def _load(key_digest: str, *, address: str | None) -> ApiKey | None:
    live = live_keys().annotate(seen_at=clock.now())  # type: ignore[no-redef]  # the model declares what this adds
    key = live.filter(digest=key_digest).first()
    if key and (key.last_used_at is None or key.seen_at - key.last_used_at >= USE_NOTED_EVERY):
        _note_use(key, address=address)
    return key


def _note_use(key: ApiKey, *, address: str | None) -> None:
    """At most once a minute. The key itself is written by a sweep; where nothing can be written, reading goes on."""
    try:
        if not key.uses.filter(at__gt=clock.ago(USE_NOTED_EVERY)).exists():
            with waiting_at_most(NOTE_SECONDS), transaction.atomic():
                KeyUse.objects.create(key=key, at=clock.now(), address=address)
    except DatabaseError as error:
        logger.warning("the use of %s could not be noted: %s", key.pk, error)


def revoke_key(key: ApiKey, *, actor: Actor) -> bool:
    """The key is dead at the next request, in every process. Return False where it was revoked before."""
    access.require_in_account(actor, Verb.MANAGE_KEYS, key.account_id)
    with transaction.atomic():
        moved = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
            revoked_at=clock.now(), revoked_by=actor.label
        )
        if moved:
            audit.record(AuditAction.KEY_REVOKED, actor=actor, target=key)
    key_cache.forget_all()
    return bool(moved)
