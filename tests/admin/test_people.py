"""People and memberships in the admin: superusers set them up, and each change is recorded."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from objects_app.models import AuditEvent, Membership, Role, User
from tests.admin.acting import told
from tests.factories import make_staff

ROOT = "superuser@example.com"


def recorded(action: str) -> AuditEvent:
    return AuditEvent.objects.get(action=action, actor_label=ROOT, via="admin")


def change(browser, user: User, **columns):
    form = {"email": user.email, "name": user.name, "is_active": "on"} | columns
    return browser.post(f"/admin/objects_app/user/{user.pk}/change/", form)


def test_a_superuser_adds_a_person_in_lower_case(superuser_browser):
    password = {"usable_password": "true", "password1": "a long enough one", "password2": "a long enough one"}
    superuser_browser.post("/admin/objects_app/user/add/", {"email": "New@Example.com", **password})
    user = User.objects.get(email="new@example.com")
    assert user.check_password("a long enough one")
    assert recorded("user.created").target_id == str(user.pk)


def test_a_superuser_changes_a_person(alice, superuser_browser):
    change(superuser_browser, alice.user, email="Alice@example.org", name="Alice")
    assert User.objects.filter(email="alice@example.org", name="Alice").exists()
    assert recorded("user.changed").details == {"email": "alice@example.org", "name": "Alice"}
    assert not AuditEvent.objects.filter(action="user.rights_changed").exists()


def test_roles_are_given_and_taken_and_recorded(alice, superuser_browser):
    change(superuser_browser, alice.user, is_staff="on", roles=["auditor"])
    assert recorded("user.rights_changed").details == {
        "roles": ["auditor"],
        "rights": {"is_active": True, "is_staff": True, "is_superuser": False},
    }
    change(superuser_browser, alice.user, is_staff="on", roles=["operator"])
    assert [group.name for group in alice.user.groups.all()] == ["operator"]
    assert AuditEvent.objects.filter(action="user.rights_changed").count() == 2


def test_nobody_changes_their_own_rights(superuser_browser):
    superuser = User.objects.get(email=ROOT)
    response = superuser_browser.get(change(superuser_browser, superuser, is_staff="on").url)
    assert told(response) == ["Your own rights are changed by another superuser."]
    change(superuser_browser, superuser, is_staff="on", is_superuser="on", name="Root")
    superuser.refresh_from_db()
    assert (superuser.is_superuser, superuser.name) == (True, "Root")


def test_saving_what_is_there_records_nothing(alice, superuser_browser):
    change(superuser_browser, alice.user)
    assert not AuditEvent.objects.filter(actor_label=ROOT, action__in=["user.changed", "user.rights_changed"]).exists()


def test_the_form_shows_the_roles_that_are_held(superuser_browser):
    page = superuser_browser.get(f"/admin/objects_app/user/{make_staff('auditor').pk}/change/")
    assert page.context["adminform"].form.initial["roles"] == ["auditor"]


def test_a_person_who_is_not_let_in_any_more_is_out_at_once(alice, alice_browser, superuser_browser):
    change(superuser_browser, alice.user, is_active="")
    assert recorded("user.rights_changed").details["rights"]["is_active"] is False
    assert alice_browser.get("/").status_code == 302


def test_the_password_that_a_superuser_sets_is_recorded_and_not_told(alice, superuser_browser):
    new = {"usable_password": "true", "password1": "a long enough one", "password2": "a long enough one"}
    superuser_browser.post(f"/admin/objects_app/user/{alice.user.pk}/password/", new)
    alice.user.refresh_from_db()
    assert alice.user.check_password("a long enough one")
    assert recorded("user.password_changed").details == {}


@pytest.mark.parametrize("role", ["auditor", "operator"])
@pytest.mark.parametrize("page", ["add/", "{user}/change/", "{user}/password/"])
def test_only_superusers_change_people(alice, browser_of, role, page):
    address = "/admin/objects_app/user/" + page.format(user=alice.user.pk)
    form = {"email": "x@example.com", "is_superuser": "on", "password1": "a long enough one"}
    before = User.objects.values().get(pk=alice.user.pk)
    assert browser_of(role).post(address, form).status_code == 403
    assert User.objects.values().get(pk=alice.user.pk) == before


def test_staff_see_roles_and_nothing_of_a_password(alice, staff, staff_browser):
    html = staff_browser.get(f"/admin/objects_app/user/{staff.pk}/change/").content.decode()
    assert "operator" in html
    assert "assword:" not in html
    assert staff.password not in html


def test_the_list_tells_roles_by_one_query_for_all(alice, superuser_browser):
    for role in ("", "auditor", "operator"):
        make_staff(role)
    with CaptureQueriesContext(connection) as queries:
        html = superuser_browser.get("/admin/objects_app/user/").content.decode()
    for words in ("none yet", "auditor", "operator", "superuser"):
        assert f">{words}</td>" in html
    assert len([each for each in queries if "auth_group" in each["sql"]]) == 1


@pytest.mark.parametrize(("rights", "found"), [("auditor", ["auditor"]), ("superuser", ["superuser"])])
def test_people_are_found_by_their_rights(alice, superuser_browser, rights, found):
    make_staff("auditor")
    response = superuser_browser.get("/admin/objects_app/user/", {"rights": rights})
    assert [user.email for user in response.context["cl"].result_list] == [f"{name}@example.com" for name in found]


def test_a_superuser_adds_a_membership(alice, bob, superuser_browser):
    membership = {"account": alice.account.pk, "user": bob.user.pk, "role": "viewer"}
    superuser_browser.post("/admin/objects_app/membership/add/", membership)
    assert Membership.objects.get(account=alice.account, user=bob.user).role == "viewer"
    assert recorded("member.joined").account_id == alice.account.pk


def test_a_superuser_gives_another_role_and_only_that(alice, bob, superuser_browser):
    second = Membership.objects.create(account=alice.account, user=bob.user, role=Role.VIEWER)
    form = {"account": bob.account.pk, "user": alice.user.pk, "role": "owner"}
    superuser_browser.post(f"/admin/objects_app/membership/{second.pk}/change/", form)
    second.refresh_from_db()
    assert (second.account, second.user, second.role) == (alice.account, bob.user, "owner")
    assert recorded("member.role_changed").details == {"role": "owner"}


def test_a_superuser_removes_a_membership(alice, bob, superuser_browser):
    second = Membership.objects.create(account=alice.account, user=bob.user, role=Role.VIEWER)
    superuser_browser.post(f"/admin/objects_app/membership/{second.pk}/delete/", {"post": "yes"})
    assert not Membership.objects.filter(pk=second.pk).exists()
    assert recorded("member.removed").target_label == bob.user.email


@pytest.mark.parametrize("page", ["delete", "change"])
def test_the_last_owner_stays_one(alice, superuser_browser, page):
    address = f"/admin/objects_app/membership/{alice.membership.pk}/{page}/"
    response = superuser_browser.post(address, {"post": "yes", "role": "viewer"}, follow=True)
    assert "An account needs an owner. Make somebody else an owner first." in told(response)
    assert Membership.objects.get().role == "owner"


def test_staff_remove_no_membership(alice, staff_browser):
    page = f"/admin/objects_app/membership/{alice.membership.pk}/delete/"
    assert staff_browser.post(page, {"post": "yes"}).status_code == 403
    assert Membership.objects.exists()


def test_accounts_and_people_are_completed_from_their_beginnings(alice, bob, superuser_browser):
    query = {"app_label": "objects_app", "model_name": "membership"}
    for field, term, found in [("account", "AL", alice.account.pk), ("user", "bo", str(bob.user.pk))]:
        response = superuser_browser.get("/admin/autocomplete/", query | {"field_name": field, "term": term})
        assert [each["id"] for each in response.json()["results"]] == [found]
