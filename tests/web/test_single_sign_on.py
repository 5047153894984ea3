"""Who comes in by the operator's OpenID Connect provider. The provider itself is played."""

import re
import time
from urllib.parse import parse_qs, quote

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.test import Client, RequestFactory
from requests import ConnectionError as NoConnection

from config import oidc
from objects_app import access
from objects_app.models import Role, User
from objects_app.operations import members
from objects_app.web.sign_in import AccountAdapter
from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def _provider(settings):
    settings.SOCIALACCOUNT_PROVIDERS = oidc.providers("https://id.example.com", "Example", client_id="c", secret="s")
    settings.OIDC_ALLOWED_DOMAINS = ["corp.example"]


def come_in(email: str, *, verified: bool = True):
    """What happens after the provider has answered with this address."""
    request = RequestFactory().get("/accounts/oidc/oidc/login/callback/")
    SessionMiddleware(lambda _: None).process_request(request)
    MessageMiddleware(lambda _: None).process_request(request)
    request.user, request.allauth = AnonymousUser(), None
    login = SocialLogin(
        user=User(email=email),
        account=SocialAccount(provider="oidc", uid=email, extra_data={}),
        provider=get_adapter().get_provider(request, "oidc"),
        email_addresses=[EmailAddress(email=email, verified=verified, primary=True)],
    )
    login.state = {"process": "login"}
    with context.request_context(request):
        return complete_social_login(request, login), request


def signed_in(request) -> str:
    return getattr(request.user, "email", "")


def test_a_known_person_is_signed_in(alice):
    _, request = come_in("alice@example.com")
    assert (signed_in(request), User.objects.count()) == ("alice@example.com", 1)


def test_an_allowed_domain_needs_no_invitation(db):
    _, request = come_in("new@corp.example")
    assert (signed_in(request), User.objects.get().has_usable_password()) == ("new@corp.example", False)


@pytest.mark.parametrize("email", ["new@example.com", "new@evilcorp.example", "corp.example@example.com"])
def test_everybody_else_does(db, email):
    response, _ = come_in(email)
    assert ("You need an invitation" in response.content.decode(), User.objects.count()) == (True, 0)


def test_whoever_is_invited_may_come(alice):
    owner = access.member_actor(alice.membership)
    members.invite(alice.account, email="zoe@example.com", role=Role.VIEWER, actor=owner)
    _, request = come_in("zoe@example.com")
    assert signed_in(request) == "zoe@example.com"


@pytest.mark.parametrize("email", ["alice@example.com", "new@corp.example"])
def test_an_unconfirmed_address_is_nobody(alice, email):
    response, request = come_in(email, verified=False)
    assert (response.status_code, signed_in(request), User.objects.count()) == (403, "", 1)


@pytest.fixture
def begin(db):
    return lambda: Client().post("/accounts/oidc/oidc/login/?process=login")


def test_the_button_leads_to_the_provider_by_a_page_that_the_policy_allows(begin, monkeypatch):
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
    endpoints = dict.fromkeys(names, "https://login.example.net/go")
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "openid_config", endpoints)
    page = begin()
    assert page.status_code == 200
    assert "0;URL='https://login.example.net/go?client_id=c&amp;" in page.content.decode()


def test_a_provider_that_is_away_is_a_503(begin, monkeypatch):
    def fail(self):
        raise NoConnection

    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "openid_config", property(fail))
    assert begin().status_code == 503


def test_the_page_offers_the_provider(db):
    page = Client().get("/accounts/login/").content.decode()
    assert "Continue with Example" in page


def browser_of(request) -> Client:
    """Of whoever has just come in, with their session."""
    request.session.save()
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return browser


ADD_FACTOR = "/accounts/2fa/totp/activate/"


def test_who_has_no_password_can_add_a_second_factor_after_coming_in(db):
    _, request = come_in("new@corp.example")
    assert browser_of(request).get(ADD_FACTOR).status_code == 200


def test_who_came_in_a_while_ago_is_sent_to_the_provider_again(db, monkeypatch):
    _, request = come_in("new@corp.example")
    browser = browser_of(request)
    monkeypatch.setattr(time, "time", lambda: request.session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] + 301)
    asked = browser.get(ADD_FACTOR, follow=True)
    assert asked.redirect_chain == [(f"/accounts/reauthenticate/provider/?next={quote(ADD_FACTOR, safe='')}", 302)]
    form = re.search(r'<form method="post" action="(/accounts/oidc/oidc/login/\?[^"]+)"', asked.content.decode())[1]
    assert parse_qs(form.partition("?")[2].replace("&amp;", "&")) == {
        "process": ["login"],
        "next": [ADD_FACTOR],
        "auth_params": ["prompt=login"],
    }


def test_who_has_a_password_confirms_by_it_and_not_by_the_provider(alice):
    come_in("alice@example.com")
    user = User.objects.get()
    user.set_password(PASSWORD)
    user.save()
    _, request = come_in("alice@example.com")
    asked = browser_of(request).get(ADD_FACTOR)
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/?")


def test_who_came_in_without_the_provider_is_not_offered_it(alice_browser, alice):
    alice.user.set_unusable_password()
    alice.user.save()
    browser = Client()
    browser.force_login(alice.user)
    assert browser.get(ADD_FACTOR).status_code == 403


def test_the_provider_is_offered_beside_a_factor(db):
    _, request = come_in("new@corp.example")
    TOTP.activate(request.user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    ways = [way["url"] for way in AccountAdapter(request).get_reauthentication_methods(request.user)]
    assert ways == ["/accounts/2fa/reauthenticate/", "/accounts/reauthenticate/provider/"]


def test_the_pages_of_the_provider_speak_as_ours_do(db):
    _, request = come_in("new@corp.example")
    browser = browser_of(request)
    assert "Where else you can sign in" in browser.get("/accounts/3rdparty/").content.decode()
    assert "Sign in with Example" in Client().get("/accounts/oidc/oidc/login/?process=login").content.decode()
