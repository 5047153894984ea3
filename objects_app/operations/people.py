"""What people do to themselves: sign in and out, change their name, end their sessions; and reset links for them."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction

from objects_app import access, audit
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.models import User


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
