"""Members of an account: invite, join, change the role, remove."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from objects_app import access, audit, clock
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.errors import NotAllowed, NotFound, ValidationFailed
from objects_app.models import Account, ApiKey, Invitation, Membership, Role, User
from objects_app.operations.keys import live_keys, revoke_key

INVITATION_LIFETIME = timedelta(days=7)
GONE = "This invitation does not work: it was used, taken back or has run out. Ask for a new one."
LAST_OWNER = "An account needs an owner. Make somebody else an owner first."


def invite(account: Account, *, email: str, role: Role, actor: Actor) -> tuple[Invitation, str]:
    """Return the invitation and the token of its link, which cannot be shown again. It replaces an earlier one."""
    access.require_in_account(actor, Verb.MANAGE_MEMBERS, account.pk)
    email, token = email.strip().lower(), secrets.token_urlsafe(32)
    with transaction.atomic():
        _lock(account.pk)
        if Membership.objects.filter(account=account, user__email=email).exists():
            raise ValidationFailed(f"{email} is a member already.")
        Invitation.objects.unanswered().filter(account=account, email=email).update(revoked_at=clock.now())
        invitation = Invitation.objects.create(
            account=account,
            email=email,
            role=role,
            digest=_digest(token),
            invited_by=actor.label,
            expires_at=clock.after(INVITATION_LIFETIME),
        )
        audit.record(AuditAction.MEMBER_INVITED, actor=actor, target=invitation, role=role)
    return invitation, token


def revoke_invitation(invitation: Invitation, *, actor: Actor) -> bool:
    """Its link is dead at once. Return False where it was answered or revoked before."""
    access.require_in_account(actor, Verb.MANAGE_MEMBERS, invitation.account_id)
    with transaction.atomic():
        moved = Invitation.objects.unanswered().filter(pk=invitation.pk).update(revoked_at=clock.now())
        if moved:
            audit.record(AuditAction.MEMBER_INVITATION_REVOKED, actor=actor, target=invitation)
    return bool(moved)


def find_invitation(token: str) -> Invitation:
    invitation = Invitation.objects.live().select_related("account").filter(digest=_digest(token)).first()
    if invitation is None:
        raise NotFound(GONE)
    return invitation


def accept_invitation(invitation: Invitation, *, user: User, actor: Actor) -> Membership:
    """Whoever holds the link and signs in by the invited address is a member, in the role that was offered."""
    if user.email != invitation.email:
        raise NotAllowed(f"This invitation is for {invitation.email}.")
    with transaction.atomic():
        _lock(invitation.account_id)
        if not Invitation.objects.live().filter(pk=invitation.pk).update(accepted_at=clock.now()):
            raise NotFound(GONE)
        membership, is_new = Membership.objects.get_or_create(
            account=invitation.account, user=user, defaults={"role": invitation.role}
        )
        if is_new:
            audit.record(AuditAction.MEMBER_JOINED, actor=actor, target=membership, role=membership.role)
    return membership


def add_member(membership: Membership, *, actor: Actor) -> None:
    """Without an invitation, by whoever sets up people."""
    access.require_configurer(actor)
    with transaction.atomic():
        membership.save(force_insert=True)
        audit.record(AuditAction.MEMBER_JOINED, actor=actor, target=membership, role=membership.role)


def join_as_new_user(invitation: Invitation, *, name: str, password: str, actor: Actor) -> User:
    """For whoever is not known here yet: the invitation makes the user."""
    with transaction.atomic():
        if User.objects.filter(email=invitation.email).exists():
            raise NotAllowed(f"Sign in as {invitation.email} to accept this invitation.")
        user = User.objects.create_user(invitation.email, password, name=name)
        accept_invitation(invitation, user=user, actor=actor)
    return user


def may_join(email: str) -> bool:
    """Who may sign in at the operator's provider for the first time: the allowed domains, and whoever was invited."""
    if email.rpartition("@")[2] in settings.OIDC_ALLOWED_DOMAINS:
        return True
    return bool(email) and Invitation.objects.live().filter(email=email).exists()


def change_role(membership: Membership, role: Role, *, actor: Actor) -> bool:
    """It counts at the next request. Return False where the role was this one before."""
    access.require_in_account(actor, Verb.MANAGE_MEMBERS, membership.account_id)
    with transaction.atomic():
        _lock(membership.account_id)
        if role != Role.OWNER:
            _require_another_owner(membership)
        moved = Membership.objects.filter(pk=membership.pk).exclude(role=role).update(role=role)
        if moved:
            audit.record(AuditAction.MEMBER_ROLE_CHANGED, actor=actor, target=membership, role=role)
    return bool(moved)


def remove_member(membership: Membership, *, actor: Actor, revoked_keys: Collection[str] = ()) -> None:
    """`revoked_keys` are the ids of those keys of theirs that shall die with the membership."""
    access.require_in_account(actor, Verb.MANAGE_MEMBERS, membership.account_id)
    with transaction.atomic():
        _lock(membership.account_id)
        _require_another_owner(membership)
        for key in keys_made_by(membership).filter(pk__in=revoked_keys):
            revoke_key(key, actor=actor)
        if Membership.objects.filter(pk=membership.pk).delete()[0]:
            audit.record(AuditAction.MEMBER_REMOVED, actor=actor, target=membership, role=membership.role)


def keys_made_by(membership: Membership) -> QuerySet[ApiKey]:
    """The live ones, which go on working when the member has gone."""
    return live_keys().filter(account_id=membership.account_id, created_by=membership.user.email)


def _require_another_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(account_id=membership.account_id, role=Role.OWNER, user__is_active=True)
    if not owners.exclude(pk=membership.pk).exists():
        raise ValidationFailed(LAST_OWNER)


def _lock(account_id: str) -> None:
    """Two who remove each other at once shall not leave an account without an owner."""
    Account.objects.select_for_update().get(pk=account_id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
