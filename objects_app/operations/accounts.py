"""Accounts: create, change, suspend, resume."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from objects_app import access, audit, clock, key_cache
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.models import Account, StoredObject

MOST_COUNTED = 10_000


def create_account(name: str, *, actor: Actor) -> Account:
    access.require_operator(actor)
    with transaction.atomic():
        account = Account.objects.create(name=name)
        audit.record(AuditAction.ACCOUNT_CREATED, actor=actor, target=account)
    return account


def change_defaults(account: Account, *, is_public: bool, lifetime: timedelta | None, actor: Actor) -> bool:
    """How objects begin that are made by the pages. Return False where nothing changed."""
    access.require_in_account(actor, Verb.MANAGE_ACCOUNT, account.pk)
    before = {"default_is_public": account.default_is_public, "default_lifetime": account.default_lifetime}
    wanted = {"default_is_public": is_public, "default_lifetime": lifetime}
    if before == wanted:
        return False
    seconds = int(lifetime.total_seconds()) if lifetime else None
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(**wanted)
        audit.record(AuditAction.ACCOUNT_CHANGED, actor=actor, target=account, is_public=is_public, lifetime=seconds)
    return True


def suspend_account(account: Account, *, actor: Actor) -> bool:
    """Its keys, signed URLs and public objects are dead at the next request. Return False where it was suspended."""
    access.require_operator(actor)
    with transaction.atomic():
        moved = Account.objects.filter(pk=account.pk, suspended_at__isnull=True).update(suspended_at=clock.now())
        if moved:
            audit.record(AuditAction.ACCOUNT_SUSPENDED, actor=actor, target=account)
    key_cache.forget_all()
    return bool(moved)


def resume_account(account: Account, *, actor: Actor) -> bool:
    access.require_operator(actor)
    with transaction.atomic():
        moved = Account.objects.filter(pk=account.pk, suspended_at__isnull=False).update(suspended_at=None)
        if moved:
            audit.record(AuditAction.ACCOUNT_RESUMED, actor=actor, target=account)
    return bool(moved)


@dataclass(frozen=True)
class Usage:
    """`is_all` is False where there were more objects than are counted."""

    objects: int
    bytes: int
    is_all: bool


def usage_of(account: Account) -> Usage:
    """What the account keeps, by its newest MOST_COUNTED objects that are not deleted."""
    newest = StoredObject.objects.of(account.pk).live().newest_first()
    sizes = list(newest.values_list("size_bytes", flat=True)[: MOST_COUNTED + 1])
    counted = sizes[:MOST_COUNTED]
    return Usage(len(counted), sum(size or 0 for size in counted), is_all=len(sizes) <= MOST_COUNTED)
