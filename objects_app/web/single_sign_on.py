"""Signing in at the OpenID Connect provider of the operator."""

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.openid_connect.views import login as openid_connect_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from requests import RequestException

from objects_app.errors import NotAllowed, Unavailable
from objects_app.operations import members
from objects_app.web.errors import error_page
from objects_app.web.methods import only

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


def confirmed_email(sociallogin: Any) -> str:
    """Empty where the provider confirmed none."""
    confirmed = (each.email for each in sociallogin.email_addresses if each.verified)
    return str(next(confirmed, "")).lower()
