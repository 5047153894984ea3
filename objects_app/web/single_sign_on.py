"""Signing in at the OpenID Connect provider of the operator."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from objects_app.errors import NotAllowed
from objects_app.operations import members
from objects_app.web.errors import error_page

UNCONFIRMED = "Your provider does not say that it confirmed your e-mail address."


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Only a confirmed address says who somebody is."""
        if not sociallogin.is_existing and not confirmed_email(sociallogin):
            raise ImmediateHttpResponse(error_page(request, NotAllowed(UNCONFIRMED)))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        return members.may_join(confirmed_email(sociallogin))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        user.email = confirmed_email(sociallogin)
        user.name = str(data.get("name") or "")[:200]
        return user


def confirmed_email(sociallogin: Any) -> str:
    """Empty where the provider confirmed none."""
    confirmed = (each.email for each in sociallogin.email_addresses if each.verified)
    return str(next(confirmed, "")).lower()
