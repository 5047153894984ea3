"""Signing in at the OpenID Connect provider of the operator."""

import logging
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect.views import login as openid_connect_login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from requests import RequestException

from objects_app.errors import NotAllowed, Unavailable
from objects_app.models import User
from objects_app.operations import members
from objects_app.web.errors import error_page
from objects_app.web.methods import only
from objects_app.web.returning import way_back

logger = logging.getLogger(__name__)

UNCONFIRMED = "Your provider does not say that it confirmed your e-mail address."
AWAY = "The provider that you chose cannot be reached for the moment. Try again soon."


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


@only("GET", "POST")
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The policy of pages lets no form end at another host, and the provider's is known to the provider alone: the
    answer to the form is a page that goes on there by itself.
    """
    try:
        response: HttpResponse = openid_connect_login(request, provider_id=provider_id)
    except RequestException:
        logger.exception("the provider of OIDC_ISSUER_URL does not answer")
        return error_page(request, Unavailable(AWAY))
    if request.method == "POST" and isinstance(response, HttpResponseRedirect):
        return render(request, "socialaccount/login_redirect.html", {"redirect_to": response.url})
    return response


@only("GET")
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Signing in once more, for which the provider is asked to see that it is still the same person."""
    context = {"next": way_back(request, otherwise="settings")}
    return render(request, "account/reauthenticate_at_provider.html", context)


def ways_to_confirm(user: User) -> list[dict[str, str]]:
    if user.has_usable_password() or not SocialAccount.objects.filter(user=user).exists():
        return []
    return [{"id": "provider", "description": "Use your provider", "url": reverse("confirm_at_provider")}]


def came_lately(request: HttpRequest) -> bool:
    """Whether somebody without a password signed in at the provider within the last minutes."""
    if not isinstance(request.user, User) or request.user.has_usable_password():
        return False
    records = get_authentication_records(request, request.user)
    latest = max((each["at"] for each in records if each["method"] == "socialaccount"), default=0.0)
    return time.time() - float(latest) < int(app_settings.REAUTHENTICATION_TIMEOUT)


def confirmed_email(sociallogin: Any) -> str:
    """Empty where the provider confirmed none."""
    confirmed = (each.email for each in sociallogin.email_addresses if each.verified)
    return str(next(confirmed, "")).lower()
