"""The second step of signing in: authenticator app and recovery codes. Passkeys need a real browser."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from objects_app.models import AuditEvent
from tests.factories import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = "/accounts/2fa/authenticate/"


def code(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_password(browser: Client, path: str = "/accounts/login/"):
    return browser.post(path, {"login": "alice@example.com", "password": PASSWORD})


@pytest.fixture
def app(alice) -> TOTP:
    return TOTP.activate(alice.user, SECRET)


def test_the_password_alone_signs_nobody_in(app):
    browser = Client()
    assert give_password(browser).headers["Location"] == STEP
    assert browser.get("/").status_code == 302
    assert not AuditEvent.objects.filter(action="user.signed_in").exists()


def test_the_code_of_the_app_signs_in(app):
    browser = Client()
    give_password(browser, "/accounts/login/?next=/settings/")
    assert browser.post(STEP, {"code": code()}).headers["Location"] == "/settings/"
    assert browser.get("/").status_code == 200


def test_a_code_works_once(app):
    used = code()
    for expected in (302, 200):
        browser = Client()
        give_password(browser)
        assert browser.post(STEP, {"code": used}).status_code == expected


def test_a_recovery_code_signs_in_once(alice, app):
    recovery = RecoveryCodes.activate(alice.user).get_unused_codes()[0]
    for expected in (302, 200):
        browser = Client()
        give_password(browser)
        assert browser.post(STEP, {"code": recovery}).status_code == expected


def test_five_wrong_codes_stop_even_the_right_one(app):
    browser = Client()
    give_password(browser)
    for _ in range(5):
        browser.post(STEP, {"code": "000000"})
    assert AuditEvent.objects.filter(action="user.sign_in_failed", details__factor="totp").count() == 5
    assert "Wait five minutes" in browser.post(STEP, {"code": code()}).content.decode()


def test_the_admin_asks_for_the_code_too(alice, app):
    alice.user.is_staff = alice.user.is_superuser = True
    alice.user.save()
    browser = Client()
    give_password(browser, browser.get("/admin/", follow=True).redirect_chain[-1][0])
    assert browser.get("/admin/").status_code == 302
    browser.post(STEP, {"code": code()})
    assert browser.get("/admin/").status_code == 200


def test_an_app_is_set_up_after_the_password_was_asked_again(alice, django_capture_on_commit_callbacks):
    browser = Client()
    browser.force_login(alice.user)
    assert browser.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    kinds = AuditEvent.objects.filter(action="user.factor_added").values_list("details__factor", flat=True)
    assert set(kinds) == {"totp", "recovery_codes"}


def test_another_password_is_no_confirmation(alice_browser):
    page = alice_browser.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert page.context["form"].errors


TITLE_CASE = re.compile(
    r">\s*[A-Z][\w-]+ (?:[a-z]+ )*(?!Holdall)[A-Z][a-z][^<]*</(?:h1|h2|button|label|legend|title|a)>"
)
PAGES = [
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/3rdparty/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/reauthenticate/",
]


@pytest.fixture
def confirmed(alice, app, alice_browser) -> Client:
    """Alice's browser, which no page asks for a confirmation."""
    RecoveryCodes.activate(alice.user)
    alice_browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return alice_browser


@pytest.mark.parametrize("address", PAGES)
def test_the_pages_of_the_library_speak_as_ours_do(confirmed, address):
    page = confirmed.get(address)
    assert page.status_code == 200
    html = page.content.decode()
    assert TITLE_CASE.findall(html) + re.findall(r'placeholder="[A-Z][a-z]+ [A-Z]', html) == []


@pytest.mark.parametrize("address", [each for each in PAGES if "reauthenticate" not in each])
def test_the_pages_of_the_library_have_the_frame_with_its_button(confirmed, address):
    page = confirmed.get(address).content.decode()
    assert 'href="/upload/"' in page
    assert 'id="drawer-form"' in page


def test_a_viewer_has_no_button_there_either(viewer_browser):
    page = viewer_browser.get("/accounts/password/change/").content.decode()
    assert 'href="/upload/"' not in page
    assert "drawer" not in page


def test_unused_recovery_codes_are_shown(alice, confirmed):
    page = confirmed.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = Authenticator.objects.get(user=alice.user, type="recovery_codes").wrap().get_unused_codes()
    assert all(f"<code>{code}</code>" in page for code in codes)
    assert "10 of 10 are left" in page


def test_what_the_library_lists_of_factors_stands_in_the_settings(alice_browser):
    assert alice_browser.get("/accounts/2fa/").headers["Location"] == "/settings/"


def test_the_database_holds_no_secret_that_makes_codes(alice, app):
    RecoveryCodes.activate(alice.user)
    kept = str(list(Authenticator.objects.values_list("data")))
    assert SECRET not in kept
    assert "gAAAA" in kept


def test_a_factor_outlives_a_change_of_the_key_that_keeps_the_earlier_one(app, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert app.validate_code(code())


def test_a_factor_whose_key_is_lost_takes_no_code_and_breaks_nothing(app, settings):
    settings.SECRET_KEY = "another" * 10
    assert not app.validate_code(code())
