"""What people do to themselves: sign in and out, change their name, end sessions; and what superusers do to them."""

from collections.abc import Collection
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import transaction

from objects_app import access, audit
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.errors import NotAllowed
from objects_app.models import User
from objects_app.staff import StaffRole


def record_of_person(action: AuditAction, *, user: User, actor: Actor, factor: str = "") -> None:
    """Something that a library did for a person."""
    details: dict[str, Any] = {"factor": factor} if factor else {}
    with transaction.atomic():
        audit.record(action, actor=actor, target=user, **details)


def record_failure(action: AuditAction, *, email: str, factor: str, actor: Actor) -> None:
    """By the address that was tried: no user need be behind it."""
    with transaction.atomic():
        audit.record(action, actor=actor, result="refused", email=email, factor=factor)


def rename(user: User, name: str, *, actor: Actor) -> bool:
    with transaction.atomic():
        moved = User.objects.filter(pk=user.pk).exclude(name=name).update(name=name)
        if moved:
            audit.record(AuditAction.USER_CHANGED, actor=actor, target=user, name=name)
    return bool(moved)


def live_sessions(user: User) -> list[UserSession]:
    """The newest first."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda session: session.last_seen_at, reverse=True)


def end_session(user: User, session_id: int, *, actor: Actor) -> bool:
    """Return False where it had ended before, or is somebody else's."""
    with transaction.atomic():
        session = UserSession.objects.filter(user=user, pk=session_id).first()
        if session is None:
            return False
        session.end()
        audit.record(AuditAction.USER_SESSION_ENDED, actor=actor, target=user, address_of_session=session.ip)
    return True


def note_reset_link(user: User, *, actor: Actor) -> None:
    access.require_operator(actor)
    with transaction.atomic():
        audit.record(AuditAction.USER_RESET_LINK_MADE, actor=actor, target=user)


RIGHTS = ("is_active", "is_staff", "is_superuser")


def add_user(user: User, *, actor: Actor) -> None:
    access.require_configurer(actor)
    with transaction.atomic():
        user.save(force_insert=True)
        audit.record(AuditAction.USER_CREATED, actor=actor, target=user)


def change_user(user: User, *, roles: Collection[StaffRole], actor: Actor) -> None:
    """Write what was changed on the instance; of the groups only those that are roles.

    Nobody changes their own rights, so there is always a superuser left.
    """
    access.require_configurer(actor)
    with transaction.atomic():
        before = User.objects.select_for_update().get(pk=user.pk)
        held = set(before.groups.filter(name__in=StaffRole).values_list("name", flat=True))
        gets_other_rights = held != set(roles) or bool(_differing(user, before, RIGHTS))
        if gets_other_rights and str(user.pk) == actor.id:
            raise NotAllowed("Your own rights are changed by another superuser.")
        _write(user, before, actor=actor)
        if gets_other_rights:
            _give(user, roles)
            rights = {name: getattr(user, name) for name in RIGHTS}
            audit.record(AuditAction.USER_RIGHTS_CHANGED, actor=actor, target=user, roles=sorted(roles), rights=rights)


def _write(user: User, before: User, *, actor: Actor) -> None:
    labels = _differing(user, before, ("email", "name"))
    user.save(update_fields=[*labels, *_differing(user, before, RIGHTS)])
    if labels:
        audit.record(
            AuditAction.USER_CHANGED, actor=actor, target=user, **{name: getattr(user, name) for name in labels}
        )


def _differing(user: User, before: User, names: Collection[str]) -> list[str]:
    return [name for name in names if getattr(user, name) != getattr(before, name)]


def _give(user: User, roles: Collection[StaffRole]) -> None:
    user.groups.remove(*Group.objects.filter(name__in=set(StaffRole) - set(roles)))
    user.groups.add(*(Group.objects.get_or_create(name=role)[0] for role in roles))


def keep_password(user: User, *, actor: Actor) -> None:
    """Write the password that was set on the instance."""
    access.require_configurer(actor)
    with transaction.atomic():
        user.save(update_fields=["password"])
        audit.record(AuditAction.USER_PASSWORD_CHANGED, actor=actor, target=user)
