"""Signing in with e-mail address and password: what allauth and axes ask of this server."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from objects_app.models import User
from objects_app.web import single_sign_on

WRONG = "The e-mail address or the password is not right."
WAIT = "Too many failed attempts. Wait ten minutes, then try again."
LONGEST_EMAIL = 254


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Says the same of an unknown address, a wrong password and a person who was locked out; nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": "Too many wrong codes. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Counting is left to axes, and whoever may not sign in is no different from a stranger."""
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if getattr(request, "axes_locked_out", False):
            raise ValidationError(WAIT, code="wait")
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        return self.authenticate(context.request, email=user.email, password=password) == user

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Who has no password here confirms by a recent sign-in at the provider, which took the second step too."""
        if single_sign_on.came_lately(context.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **options))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [*methods, *single_sign_on.ways_to_confirm(user)]

    def is_safe_url(self, url: str) -> bool:
        """Only an address of this site, whatever other names it has."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if settings.MAIL_IS_ON:
            super().send_mail(template_prefix, email, context)


class LockingBackend(AxesStandaloneBackend):  # type: ignore[misc]  # axes is not typed
    """Tells a guess during a lock from the one that brought it."""

    def authenticate(self, request: HttpRequest, *args: Any, **credentials: Any) -> None:
        try:
            super().authenticate(request, *args, **credentials)
        except AxesBackendPermissionDenied:
            request.was_locked_out = True  # type: ignore[attr-defined]
            raise


def address_of(request: HttpRequest) -> str:
    """The proxies in front were looked through already."""
    return str(request.META.get("REMOTE_ADDR", ""))


def guessed_email(_request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """One person, however the address is spelled."""
    return str((credentials or {}).get("email") or "").strip().lower()[:LONGEST_EMAIL]


def say_wait(_request: HttpRequest, response: HttpResponse, _credentials: dict[str, Any] | None) -> HttpResponse:
    """The form itself says it; programs read it from the status."""
    response.status_code = 429
    return response
