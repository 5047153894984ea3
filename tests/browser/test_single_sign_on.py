"""Signing in at a provider, in a real browser, from the button to the list of objects."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import a_site
from tests.oidc_provider import running_provider
from tests.people import DOMAIN

LONG_AGO = """
from django.contrib.sessions.models import Session
for session in Session.objects.all():
    kept = session.get_decoded()
    for method in kept.get("account_authentication_methods", []):
        method["at"] -= 3600
    session.session_data = Session.objects.encode(kept)
    session.save()
"""


@pytest.fixture(scope="module")
def provider():
    with running_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def site(tmp_path_factory, provider):
    settings = {"OIDC_ISSUER_URL": provider.url, "OIDC_CLIENT_ID": "holdall", "OIDC_CLIENT_SECRET": "secret"}
    settings |= {"OIDC_NAME": "Example", "OIDC_ALLOWED_DOMAINS": "corp.example"}
    with a_site(tmp_path_factory.mktemp("sso") / "data", provider.host, **settings) as site:
        yield site


def come_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Continue with Example").click()


def test_a_member_comes_in_by_the_provider(visit, provider):
    provider.email = f"carol@{DOMAIN}"
    page = visit()
    come_in(page)
    expect(page.get_by_role("heading", name="Objects", level=1)).to_be_visible()


def test_a_stranger_is_told_to_ask_for_an_invitation(visit, provider):
    provider.email = "stranger@elsewhere.example"
    page = visit(complains=True)
    come_in(page)
    expect(page.get_by_role("heading", name="You need an invitation")).to_be_visible()
    assert violations(page) == []


def test_who_has_no_password_confirms_at_the_provider(visit, site, provider):
    provider.email = "newcomer@corp.example"
    page = visit()
    come_in(page)
    page.get_by_role("heading", level=1).wait_for()
    site.server.manage("shell", "--no-imports", "-c", LONG_AGO)
    page.goto("/accounts/2fa/totp/activate/")
    expect(page.get_by_role("button", name="Continue with Example")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Continue with Example").click()
    expect(page.get_by_label("Authenticator code")).to_be_visible()
