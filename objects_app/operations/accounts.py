"""Accounts: create, suspend, resume."""

from django.db import transaction

from objects_app import access, audit, clock, key_cache
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.models import Account


def create_account(name: str, *, actor: Actor) -> Account:
    access.require_operator(actor)
    with transaction.atomic():
        account = Account.objects.create(name=name)
        audit.record(AuditAction.ACCOUNT_CREATED, actor=actor, target=account)
    return account


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
