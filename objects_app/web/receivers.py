"""What allauth and axes do on people's behalf, written into the audit trail: their signals end here."""

from dataclasses import replace
from typing import Any

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from objects_app import access, request_id
from objects_app.access import Actor, Via
from objects_app.audit import AuditAction
from objects_app.models import User
from objects_app.operations import people
from objects_app.web.sign_in import address_of, guessed_email


def _person(request: HttpRequest, user: User) -> Actor:
    return replace(access.person_actor(user), address=address_of(request) or None, request_id=request_id.current.get())


def _record(action: AuditAction, request: HttpRequest, user: User, factor: str = "") -> None:
    people.record_of_person(action, user=user, actor=_person(request, user), factor=factor)


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    _record(AuditAction.USER_SIGNED_IN, request, user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        _record(AuditAction.USER_SIGNED_OUT, request, user)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Who is locked out already adds nothing: guesses shall not fill the trail."""
    if request is None or getattr(request, "was_locked_out", False):
        return
    _record_failure(AuditAction.USER_SIGN_IN_FAILED, request, guessed_email(request, credentials))


@receiver(user_locked_out)
def locked_out(request: HttpRequest, username: str, **_: Any) -> None:
    if not getattr(request, "was_locked_out", False):
        _record_failure(AuditAction.USER_LOCKED_OUT, request, username)


def _record_failure(action: AuditAction, request: HttpRequest, email: str, *, factor: str = "password") -> None:
    stranger = access.anonymous_actor(
        Via.SESSION, address=address_of(request) or None, request_id=request_id.current.get()
    )
    people.record_failure(action, email=email, factor=factor, actor=stranger)


@receiver(authentication_failed)
def second_step_failed(request: HttpRequest, user: User, authenticator: Any = None, **_: Any) -> None:
    _record_failure(
        AuditAction.USER_SIGN_IN_FAILED, request, user.email, factor=str(getattr(authenticator, "type", "unknown"))
    )


@receiver([password_changed, password_reset])
def password_was_changed(request: HttpRequest, user: User, **_: Any) -> None:
    _record(AuditAction.USER_PASSWORD_CHANGED, request, user)


@receiver([authenticator_added, authenticator_reset])
def factor_added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _record(AuditAction.USER_FACTOR_ADDED, request, user, factor=str(authenticator.type))


@receiver(authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    _record(AuditAction.USER_FACTOR_REMOVED, request, user, factor=str(authenticator.type))
