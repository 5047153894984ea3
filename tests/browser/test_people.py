"""Signing in, settings and members, as people meet them."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.chromium import give_password, sign_in
from tests.browser.conftest import NARROW
from tests.people import DOMAIN, PASSWORD

PAGES = [
    "/settings/",
    "/settings/account",
    "/settings/members/",
    "/accounts/password/change/",
    "/accounts/2fa/webauthn/",
    "/accounts/3rdparty/",
    "/accounts/logout/",
]
OPEN_PAGES = [
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-nothing/",
    "/accounts/3rdparty/login/cancelled/",
    "/accounts/3rdparty/login/error/",
]


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.mark.parametrize("address", PAGES)
def test_no_page_has_violations(visit, address):
    page = visit("alice")
    page.goto(address)
    assert violations(page) == []


@pytest.mark.parametrize("address", OPEN_PAGES)
def test_no_page_before_signing_in_has_violations(visit, address):
    page = visit(complains=True)
    page.goto(address)
    assert violations(page) == []


def test_the_removal_of_a_member_has_no_violations(visit):
    page = visit("alice")
    page.goto("/settings/members/")
    page.get_by_role("row", name="dave").get_by_role("link", name="Remove").click()
    page.get_by_role("heading", name="dave").wait_for()
    assert violations(page) == []


def test_a_form_that_has_run_out_has_no_violations(visit):
    page = visit("bob", complains=True)
    page.goto("/settings/")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Save the appearance").click()
    expect(page.get_by_text("This form has run out.")).to_be_visible()
    assert violations(page) == []


def test_a_reset_link_leads_to_a_new_password(visit, site):
    page = visit()
    page.goto(site.server.manage("reset_link", f"dave@{DOMAIN}").strip())
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    assert violations(page) == []
    page.get_by_label("New password, again").fill(PASSWORD)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", name="The new password is saved")).to_be_visible()


def test_an_app_is_set_up_and_its_code_is_the_second_step(visit):
    page = visit("mallory")
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    assert violations(page) == []
    page.get_by_role("button", name="Confirm").click()
    secret = page.get_by_label("Secret").input_value()
    assert violations(page) == []
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert violations(page) == []
    recovery = page.locator(".codes code").first.text_content()
    page.context.clear_cookies()
    give_password(page, "mallory")
    page.get_by_label("Code").wait_for()
    assert violations(page) == []
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Objects", level=1)).to_be_visible()


def test_signing_in_wrongly_says_so_to_screen_readers(visit):
    page = visit()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(f"dave@{DOMAIN}")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is not right.")
    assert violations(page) == []


def test_somebody_is_invited_and_joins_on_a_phone(visit):
    owner = visit("alice")
    owner.goto("/settings/members/")
    owner.get_by_label("E-mail").fill(f"zoe@{DOMAIN}")
    owner.get_by_role("button", name="Make an invitation").click()
    link = owner.locator("#invitation-link").text_content()
    assert violations(owner) == []
    zoe = visit(viewport=NARROW)
    zoe.goto(link)
    assert violations(zoe) == []
    zoe.get_by_label("Password").fill(PASSWORD)
    zoe.get_by_role("button", name="Join").click()
    expect(zoe.get_by_text("You are a member of alice.")).to_be_visible()


def test_without_a_script_a_name_is_changed(visit):
    page = visit("carol", java_script_enabled=False)
    page.goto("/settings/")
    page.get_by_label("Name").fill("Carol C.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Name")).to_have_value("Carol C.")


def test_a_settings_page_fits_a_phone(visit):
    page = visit("alice", viewport=NARROW)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_passkey_is_added_and_signs_in(chromium, site):
    """At localhost: browsers allow passkeys neither at an address of numbers nor without https elsewhere."""
    context = chromium.new_context(base_url=site.url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    sign_in(page, "pia")
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(re.compile("recovery-codes|webauthn/$"))
    context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Objects", level=1)).to_be_visible()
    context.close()
