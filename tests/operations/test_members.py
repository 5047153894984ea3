"""What the verbs of membership refuse, whichever door they are called by."""

import pytest

from objects_app import access
from objects_app.errors import NotAllowed, NotFound
from objects_app.models import Membership, Role
from objects_app.operations import members
from tests.factories import PASSWORD


@pytest.fixture
def owner(alice) -> access.Actor:
    return access.member_actor(alice.membership)


def test_an_invitation_is_for_one_person(alice, bob, owner):
    invitation, _ = members.invite(alice.account, email="zoe@example.com", role=Role.VIEWER, actor=owner)
    with pytest.raises(NotAllowed):
        members.accept_invitation(invitation, user=bob.user, actor=access.person_actor(bob.user))


def test_an_invitation_gives_nobody_another_password(alice, bob, owner):
    invitation, _ = members.invite(alice.account, email="bob@example.com", role=Role.VIEWER, actor=owner)
    with pytest.raises(NotAllowed):
        members.join_as_new_user(invitation, name="", password=PASSWORD, actor=access.person_actor(bob.user))


def test_an_invitation_is_accepted_once(alice, bob, owner):
    invitation, _ = members.invite(alice.account, email="bob@example.com", role=Role.VIEWER, actor=owner)
    actor = access.person_actor(bob.user)
    members.accept_invitation(invitation, user=bob.user, actor=actor)
    Membership.objects.filter(user=bob.user, account=alice.account).delete()
    with pytest.raises(NotFound):
        members.accept_invitation(invitation, user=bob.user, actor=actor)


def test_a_key_invites_nobody(alice):
    with pytest.raises(NotAllowed):
        members.invite(alice.account, email="zoe@example.com", role=Role.VIEWER, actor=alice.actor)


def test_an_owner_of_another_account_changes_nothing_here(alice, bob):
    stranger = access.member_actor(bob.membership)
    for change in (
        lambda: members.change_role(alice.membership, Role.VIEWER, actor=stranger),
        lambda: members.remove_member(alice.membership, actor=stranger),
    ):
        with pytest.raises(NotAllowed):
            change()
