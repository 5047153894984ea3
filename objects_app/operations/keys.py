"""API keys: make, look up, revoke."""

import hashlib
import logging
import re
import secrets
import zlib
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from objects_app import access, audit, clock, key_cache
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.errors import ValidationFailed
from objects_app.ids import base62
from objects_app.models import Account, ApiKey, KeyUse
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
    secret = new_secret()
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if live_keys().filter(account=account).count() >= LIVE_KEYS_AT_MOST:
            raise ValidationFailed(f"An account has at most {LIVE_KEYS_AT_MOST} live keys. Revoke one first.")
        key = ApiKey.objects.create(
            account=account,
            name=name,
            digest=digest(secret),
            last_four=secret[-4:],
            can_read="objects:read" in scopes,
            can_write="objects:write" in scopes,
            created_by=actor.label,
            expires_at=expires_at,
        )
        audit.record(AuditAction.KEY_CREATED, actor=actor, target=key, scopes=sorted(scopes))
    return key, secret


def new_secret() -> str:
    """256 random bits and a checksum, by which a mistyped key is told without the database."""
    random = base62(secrets.randbits(256), length=43)
    return PREFIX + random + checksum(random)


def checksum(random: str) -> str:
    return base62(zlib.crc32(random.encode()), length=6)


def digest(secret: str) -> str:
    """A fast hash is right for 256 random bits (ASVS 6.5.2)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def live_keys() -> QuerySet[ApiKey]:
    unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now())
    return ApiKey.objects.filter(unexpired, revoked_at__isnull=True, account__suspended_at__isnull=True)


def find_key(secret: str, *, address: str | None) -> ApiKey | None:
    """The live key of this secret, from memory where it was asked for seconds ago and nothing was revoked since."""
    match = SECRET.fullmatch(secret)
    if not match or checksum(match[1]) != match[2]:
        return None
    return key_cache.get_or_load(digest(secret), lambda: _load(digest(secret), address=address))


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
