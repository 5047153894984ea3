"""Members, roles and invitations by link."""

import pytest
from django.core import mail
from django.test import Client

from objects_app import access
from objects_app.models import AuditEvent, Invitation, Membership, Role, User
from objects_app.operations import keys
from tests.factories import PASSWORD

PAGE = "/settings/members/"


def invite(browser: Client, email: str = "zoe@example.com", role: str = "member"):
    return browser.post("/settings/members/invite", {"email": email, "role": role})


@pytest.fixture
def link(alice_browser) -> str:
    return "/" + invite(alice_browser).context["link"].split("/", 3)[3]


@pytest.fixture
def dave(alice) -> Membership:
    user = User.objects.create_user("dave@example.com", PASSWORD)
    return Membership.objects.create(account=alice.account, user=user, role=Role.MEMBER)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def accept(browser: Client, link: str, **fields: str):
    return browser.post("/invitation", {"token": link.partition("token=")[2], **fields})


def actions() -> list[str]:
    return list(AuditEvent.objects.filter(action__startswith="member.").values_list("action", flat=True))


def test_an_owner_sees_the_members_in_pinned_queries(alice_browser, dave, django_assert_num_queries):
    with django_assert_num_queries(5):  # session, user, memberships, members, invitations
        page = alice_browser.get(PAGE).content.decode()
    assert ("dave@example.com" in page, "bob@example.com" in page) == (True, False)


def test_nobody_is_sent_to_sign_in(db):
    assert Client().get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("role", ["viewer", "member", "admin"])
def test_lesser_roles_neither_see_nor_manage_members(alice, dave, role):
    Membership.objects.filter(pk=dave.pk).update(role=role)
    browser = browser_of(dave.user)
    assert [browser.get(PAGE).status_code, invite(browser).status_code] == [403, 403]
    assert browser.post(f"{PAGE}{alice.membership.pk}/remove").status_code == 403
    assert Membership.objects.filter(pk=alice.membership.pk).exists()


def test_a_new_person_joins_by_the_link_and_is_signed_in(link, alice):
    browser = Client()
    assert "Join alice" in browser.get(link).content.decode()
    assert accept(browser, link, name="Zoe", password=PASSWORD).headers["Location"] == "/"
    assert browser.get("/").context["member"].account == alice.account
    assert Membership.objects.get(user__email="zoe@example.com").role == "member"
    assert actions() == ["member.joined", "member.invited"]
    assert AuditEvent.objects.filter(action="user.signed_in", actor_label="zoe@example.com").exists()


def test_a_link_works_once(link):
    accept(Client(), link, password=PASSWORD)
    assert Client().get(link).status_code == 404


def test_a_weak_password_is_refused(link):
    page = accept(Client(), link, password="password1234")
    assert "too common" in page.content.decode()
    assert not User.objects.filter(email="zoe@example.com").exists()


def test_a_known_person_signs_in_and_joins(bob, alice, alice_browser, bob_browser):
    link = invite(alice_browser, "bob@example.com", "viewer").context["link"]
    assert "/accounts/login/?next=%2Finvitation%3Ftoken%3D" in Client().get(link).content.decode()
    assert accept(bob_browser, link).headers["Location"] == "/"
    assert bob_browser.get("/").context["member"].account == alice.account


def test_a_known_person_gets_no_second_password(bob, alice_browser):
    link = invite(alice_browser, "bob@example.com").context["link"]
    accept(Client(), link, password="another long password")
    bob.user.refresh_from_db()
    assert bob.user.check_password(PASSWORD)
    assert not Membership.objects.filter(user=bob.user, account__name="alice").exists()


def test_a_stranger_cannot_use_the_link_of_another(bob_browser, link):
    assert "signed in as bob@example.com" in accept(bob_browser, link).content.decode()
    assert Membership.objects.filter(user__email="bob@example.com").count() == 1


@pytest.mark.parametrize("token", ["", "x" * 43, "\0"])
def test_a_wrong_token_leads_nowhere(alice, token):
    assert Client().get("/invitation", {"token": token}).status_code == 404


def test_the_link_runs_out_after_seven_days(link, set_clock):
    set_clock(days=7, seconds=5)
    assert Client().get(link).status_code == 404


def test_an_invitation_that_was_taken_back_is_dead(alice_browser, link):
    alice_browser.post(f"/settings/members/invitations/{Invitation.objects.get().pk}/revoke")
    assert Client().get(link).status_code == 404
    assert actions()[0] == "member.invitation_revoked"


def test_another_account_cannot_take_it_back(bob_browser, link):
    assert bob_browser.post(f"/settings/members/invitations/{Invitation.objects.get().pk}/revoke").status_code == 404
    assert Client().get(link).status_code == 200


def test_a_second_invitation_replaces_the_first(alice_browser, link):
    again = invite(alice_browser).context["link"]
    assert [Client().get(link).status_code, Client().get(again).status_code] == [404, 200]


def test_the_link_is_kept_nowhere(alice_browser, link):
    token = link.partition("token=")[2]
    assert token not in str(Invitation.objects.values()) + str(list(AuditEvent.objects.values()))
    assert token not in alice_browser.get(PAGE).content.decode()


def test_a_member_is_not_invited_again(alice_browser, dave):
    assert "is a member already" in invite(alice_browser, "Dave@example.com").content.decode()


@pytest.mark.parametrize(("email", "role"), [("nonsense", "member"), ("zoe@example.com", "king"), ("", "")])
def test_a_bad_invitation_is_refused(alice_browser, email, role):
    assert invite(alice_browser, email, role).context["form"].errors
    assert not Invitation.objects.exists()


def test_with_a_mail_server_the_link_is_mailed(alice_browser, settings):
    settings.MAIL_IS_ON = True
    link = invite(alice_browser).context["link"]
    assert (mail.outbox[0].to, link in mail.outbox[0].body) == (["zoe@example.com"], True)


def test_a_role_is_changed_and_counts_at_once(alice_browser, dave):
    alice_browser.post(f"{PAGE}{dave.pk}/role", {"role": "owner"})
    assert browser_of(dave.user).get(PAGE).status_code == 200
    assert actions() == ["member.role_changed"]


@pytest.mark.parametrize(("action", "fields"), [("role", {"role": "viewer"}), ("remove", {})])
def test_the_last_owner_stays(alice, alice_browser, dave, action, fields):
    page = alice_browser.post(f"{PAGE}{alice.membership.pk}/{action}", fields, follow=True)
    assert "needs an owner" in page.content.decode()
    assert Membership.objects.get(pk=alice.membership.pk).role == "owner"


def test_members_of_another_account_are_out_of_reach(bob_browser, dave):
    assert bob_browser.post(f"{PAGE}{dave.pk}/role", {"role": "viewer"}).status_code == 404
    assert bob_browser.get(f"{PAGE}{dave.pk}/remove").status_code == 404


def test_removing_a_member_revokes_the_keys_that_are_marked(alice, alice_browser, dave):
    owner = access.member_actor(alice.membership)
    made = [
        keys.create_key(alice.account, name=name, actor=access.member_actor(dave_as_admin(dave)))[0] for name in "ab"
    ]
    assert "hld_…" + made[0].last_four in alice_browser.get(f"{PAGE}{dave.pk}/remove").content.decode()
    alice_browser.post(f"{PAGE}{dave.pk}/remove", {"key": [made[0].pk]})
    for key in made:
        key.refresh_from_db()
    assert (made[0].revoked_by, made[1].revoked_at) == (owner.label, None)
    assert browser_of(dave.user).get("/").templates[0].name == "objects/no_account.html"


def dave_as_admin(dave: Membership) -> Membership:
    dave.role = Role.ADMIN
    return dave


def test_no_key_of_another_member_is_revoked_with_them(alice, alice_browser, dave):
    alice_browser.post(f"{PAGE}{dave.pk}/remove", {"key": [alice.key.pk]})
    alice.key.refresh_from_db()
    assert alice.key.revoked_at is None


def test_removing_asks_first(alice_browser, dave):
    assert alice_browser.get(f"{PAGE}{dave.pk}/remove").status_code == 200
    assert Membership.objects.filter(pk=dave.pk).exists()
