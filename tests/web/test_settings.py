"""A person's own settings, and those of the account."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from objects_app.models import AuditEvent
from objects_app.operations import accounts
from tests.factories import OPERATOR, PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(**request) -> Client:
    browser = Client(**request)
    browser.post("/accounts/login/", {"login": "alice@example.com", "password": PASSWORD})
    return browser


def last_event() -> tuple[str, dict]:
    event = AuditEvent.objects.first()
    return event.action, event.details


def test_nobody_is_sent_to_sign_in(db):
    assert Client().get("/settings/").headers["Location"] == "/accounts/login/?next=/settings/"


def test_a_person_changes_their_name(alice, alice_browser):
    assert alice_browser.post("/settings/", {"name": "Alice A."}).status_code == 302
    alice.user.refresh_from_db()
    assert (alice.user.name, last_event()) == ("Alice A.", ("user.changed", {"name": "Alice A."}))


@pytest.mark.parametrize("name", ["a\0b", "a\x07b", "x" * 201])
def test_a_name_that_no_header_holds_is_refused(alice_browser, name):
    assert alice_browser.post("/settings/", {"name": name}).context["form"].errors


def test_sessions_are_listed_with_device_and_address(alice):
    browser = signed_in(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    (session,) = browser.get("/settings/").context["sessions"]
    assert (session.device, session.address, session.is_this) == ("Firefox on Linux", "192.0.2.7", True)


def test_ending_another_session_signs_it_out(alice):
    here, there = signed_in(), signed_in()
    other = next(each for each in here.get("/settings/").context["sessions"] if not each.is_this)
    here.post("/settings/sessions/end", {"session": other.id})
    assert [there.get("/").status_code, here.get("/").status_code] == [302, 200]
    assert last_event()[0] == "user.session_ended"


def test_a_stranger_ends_no_session(alice, bob_browser):
    browser = signed_in()
    bob_browser.post("/settings/sessions/end", {"session": UserSession.objects.get(user=alice.user).pk})
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("session", ["", "x", "-1", "9" * 40, "²"])
def test_what_names_no_session_ends_none(alice_browser, session):
    assert alice_browser.post("/settings/sessions/end", {"session": session}).status_code == 302


def test_an_owner_sets_how_new_objects_begin(alice, alice_browser):
    alice_browser.post("/settings/account", {"visibility": "public", "lifetime": "30d"})
    alice.account.refresh_from_db()
    assert (alice.account.default_is_public, alice.account.default_lifetime) == (True, timedelta(days=30))
    assert last_event() == ("account.changed", {"is_public": True, "lifetime": 30 * 24 * 3600})


def test_a_default_of_no_list_is_shown_and_kept(alice, alice_browser):
    accounts.change_defaults(alice.account, is_public=False, lifetime=timedelta(hours=36), actor=OPERATOR)
    assert '<option value="36h" selected>36 hours</option>' in alice_browser.get("/settings/account").content.decode()
    alice_browser.post("/settings/account", {"visibility": "public", "lifetime": "36h"})
    alice.account.refresh_from_db()
    assert (alice.account.default_is_public, alice.account.default_lifetime) == (True, timedelta(hours=36))


def test_what_is_the_same_is_no_event(alice_browser):
    alice_browser.post("/settings/account", {"visibility": "private", "lifetime": ""})
    assert not AuditEvent.objects.filter(action="account.changed").exists()


@pytest.mark.parametrize("fields", [{}, {"visibility": "secret"}, {"visibility": "public", "lifetime": "3y"}])
def test_bad_defaults_are_refused(alice_browser, fields):
    assert alice_browser.post("/settings/account", fields).context["form"].errors


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("member", 403), ("admin", 200)])
def test_admins_and_owners_alone_change_the_account(alice, alice_browser, role, status):
    alice.membership.role = role
    alice.membership.save(update_fields=["role"])
    assert alice_browser.get("/settings/account").status_code == status
