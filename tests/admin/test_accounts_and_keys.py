"""Accounts, API keys and people in the admin."""

import pytest

from objects_app.models import Account, ApiKey, AuditEvent, Membership, User


def act(browser, noun: str, action: str, *rows):
    selected = [row.pk for row in rows]
    return browser.post(f"/admin/objects_app/{noun}/", {"action": action, "_selected_action": selected}, follow=True)


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_suspend_and_resume_go_through_the_verbs(alice, staff, staff_browser):
    assert messages_of(act(staff_browser, "account", "suspend", alice.account)) == ["1 suspended."]
    assert Account.objects.get().suspended_at
    assert messages_of(act(staff_browser, "account", "resume", alice.account)) == ["1 resumed."]
    assert Account.objects.get().suspended_at is None
    recorded = AuditEvent.objects.filter(actor_label=staff.email).values_list("action", flat=True)
    assert list(recorded) == ["account.resumed", "account.suspended", "user.signed_in"]


def test_suspending_twice_says_that_nothing_changed(alice, staff_browser):
    act(staff_browser, "account", "suspend", alice.account)
    response = act(staff_browser, "account", "suspend", alice.account)
    assert messages_of(response) == ["1 left as before: nothing to change."]


def test_revoke_ends_a_key(alice, staff, staff_browser):
    assert messages_of(act(staff_browser, "apikey", "revoke", alice.key)) == ["1 revoked."]
    assert ApiKey.objects.get().revoked_by == staff.email
    assert AuditEvent.objects.get(action="key.revoked").via == "admin"


@pytest.mark.parametrize("page", ["", "{key}/change/"])
def test_no_page_shows_a_secret_or_its_digest(alice, staff_browser, page):
    response = staff_browser.get("/admin/objects_app/apikey/" + page.format(key=alice.key.pk))
    html = response.content.decode()
    assert f"hld_…{alice.key.last_four}" in html
    assert alice.secret not in html
    assert alice.key.digest not in html


def test_a_superuser_adds_a_person_in_lower_case(superuser_browser):
    password = {"usable_password": "true", "password1": "a long enough one", "password2": "a long enough one"}
    person = {"email": "New@Example.com", **password}
    superuser_browser.post("/admin/objects_app/user/add/", person)
    assert User.objects.get(email="new@example.com").check_password("a long enough one")


def test_a_superuser_adds_a_membership(alice, bob, superuser_browser):
    membership = {"account": alice.account.pk, "user": bob.user.pk, "role": "viewer"}
    superuser_browser.post("/admin/objects_app/membership/add/", membership)
    assert Membership.objects.get(account=alice.account, user=bob.user).role == "viewer"


def test_a_superuser_removes_a_membership(alice, superuser_browser):
    superuser_browser.post(f"/admin/objects_app/membership/{alice.membership.pk}/delete/", {"post": "yes"})
    assert not Membership.objects.exists()


def test_staff_remove_no_membership(alice, staff_browser):
    page = f"/admin/objects_app/membership/{alice.membership.pk}/delete/"
    assert staff_browser.post(page, {"post": "yes"}).status_code == 403
    assert Membership.objects.exists()


def test_a_superuser_changes_a_person(alice, superuser_browser):
    page = f"/admin/objects_app/user/{alice.user.pk}/change/"
    superuser_browser.post(page, {"email": "Alice@example.org", "name": "Alice", "is_active": ""})
    alice.user.refresh_from_db()
    assert (alice.user.email, alice.user.is_active) == ("alice@example.org", False)


def test_staff_see_nothing_of_a_password(alice, staff_browser):
    html = staff_browser.get(f"/admin/objects_app/user/{alice.user.pk}/change/").content.decode()
    assert "alice@example.com" in html
    assert "assword:" not in html
    assert alice.user.password not in html
