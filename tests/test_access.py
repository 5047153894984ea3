"""Permission: who sees what, and who may do what."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from objects_app import access, staff
from objects_app.access import Verb, Via
from objects_app.errors import NotAllowed, NotAuthenticated, ScopeMissing
from objects_app.models import Membership, Role, State
from objects_app.operations import accounts, keys, objects
from tests.factories import OPERATOR, make_object, make_person, make_staff

NOBODY = access.anonymous_actor(Via.API)


def sees(actor, stored_object) -> bool:
    return access.visible_objects(actor).filter(pk=stored_object.pk).exists()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("is_public", [True, False])
def test_the_owner_sees_every_object_in_every_state(alice, state, is_public):
    assert sees(alice.actor, make_object(alice, state=state, is_public=is_public))


@pytest.mark.parametrize("state", State)
def test_a_stranger_sees_no_private_object(alice, bob, state):
    assert not sees(bob.actor, make_object(alice, state=state))


@pytest.mark.parametrize("state", State)
def test_a_stranger_sees_a_public_object_only_while_it_is_read_only(alice, bob, state):
    assert sees(bob.actor, make_object(alice, state=state, is_public=True)) == (state == State.READ_ONLY)


def test_a_public_object_is_hidden_from_the_instant_its_time_ends(alice, bob, set_clock):
    set_clock(hours=0)
    short = make_object(alice, is_public=True, time_to_live=timedelta(hours=1))
    set_clock(minutes=59, seconds=59)
    assert sees(bob.actor, short)
    set_clock(hours=1)
    assert not sees(bob.actor, short)
    assert access.visible_objects(alice.actor).get().current_state == State.DELETED


def test_the_public_objects_of_a_suspended_account_are_hidden(alice, bob):
    public = make_object(alice, is_public=True)
    accounts.suspend_account(alice.account, actor=OPERATOR)
    assert not sees(bob.actor, public)
    assert not access.public_objects(bob.actor).exists()


def test_nobody_sees_nothing(alice):
    make_object(alice, is_public=True)
    assert not access.visible_objects(NOBODY).exists()
    assert not access.public_objects(NOBODY).exists()
    assert not access.own_objects(NOBODY).exists()


@pytest.mark.parametrize("actor", [OPERATOR, access.system_actor("purge_bytes")], ids=["operator", "system"])
def test_operators_and_jobs_see_everything(alice, bob, actor):
    everything = {make_object(alice).pk, make_object(bob, state=State.DELETED).pk}
    assert set(access.visible_objects(actor).values_list("pk", flat=True)) == everything


def test_uploads_of_every_account_are_for_those_who_may_look_at_everything(alice, bob):
    upload = make_object(alice, state=State.UPLOADING)
    make_object(alice)
    for actor in (OPERATOR, access.staff_actor(make_staff("auditor"))):
        assert [row.pk for row in access.open_uploads(actor)] == [upload.pk]
    for actor in (alice.actor, bob.actor, NOBODY):
        assert not access.open_uploads(actor).exists()


def test_own_objects_leave_out_what_others_made_public(alice, bob):
    make_object(alice, is_public=True)
    mine = make_object(bob)
    assert list(access.own_objects(bob.actor)) == [mine]


def test_cursors_of_the_public_list_are_what_it_showed_at_some_time(alice):
    was_public = make_object(alice, is_public=True)
    objects.unpublish(was_public, actor=alice.actor)
    make_object(alice)
    make_object(alice, state=State.UPLOADING, is_public=True)
    assert list(access.once_public_objects()) == [was_public]


def test_metadata_is_that_of_own_objects_that_are_alive(alice, bob, set_clock):
    set_clock(hours=0)
    make_object(bob, metadata={"bob": "1"}, is_public=True)
    make_object(alice, metadata={"short": "1"}, time_to_live=timedelta(hours=1))
    gone = make_object(alice, metadata={"gone": "1"})
    make_object(alice, metadata={"kept": "1"})
    objects.delete_object(gone, actor=alice.actor)
    set_clock(hours=1)
    assert [pair.key for pair in access.own_metadata(alice.actor)] == ["kept"]


@pytest.mark.parametrize("verb", Verb)
def test_whoever_is_not_known_may_do_nothing(alice, verb):
    with pytest.raises(NotAuthenticated):
        access.require(NOBODY, verb, make_object(alice, is_public=True))


@pytest.mark.parametrize(("scope", "missing"), [("objects:read", Verb.WRITE), ("objects:write", Verb.READ)])
def test_a_key_may_do_what_its_scopes_say(alice, scope, missing):
    key, _ = keys.create_key(alice.account, name="half", actor=OPERATOR, scopes=(scope,))
    notes = make_object(alice)
    assert [access.may(access.key_actor(key), verb, notes) for verb in (Verb.READ, Verb.WRITE)] == [
        verb is not missing for verb in (Verb.READ, Verb.WRITE)
    ]
    with pytest.raises(ScopeMissing):
        access.require(access.key_actor(key), missing, notes)


@pytest.mark.parametrize("verb", [Verb.SEE_ACTIVITY, Verb.MANAGE_KEYS, Verb.MANAGE_MEMBERS])
def test_a_key_manages_nothing(alice, verb):
    with pytest.raises(NotAllowed):
        access.require_in_account(alice.actor, verb, alice.account.pk)


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        (Role.VIEWER, {Verb.READ}),
        (Role.MEMBER, {Verb.READ, Verb.WRITE}),
        (Role.ADMIN, set(Verb) - {Verb.MANAGE_MEMBERS}),
        (Role.OWNER, set(Verb)),
    ],
)
def test_each_role_may_do_what_the_one_before_may_and_more(alice, role, verbs):
    membership = Membership(account=alice.account, user=alice.user, role=role)
    assert {verb for verb in Verb if access.holds(access.member_actor(membership), verb)} == verbs


def test_a_member_manages_nothing_of_another_account(alice, bob):
    owner = access.member_actor(alice.membership)
    access.require_in_account(owner, Verb.MANAGE_KEYS, alice.account.pk)
    with pytest.raises(NotAllowed):
        access.require_in_account(owner, Verb.MANAGE_KEYS, bob.account.pk)


def test_others_may_read_what_is_public_and_never_write_it(alice, bob):
    public = make_object(alice, is_public=True)
    access.require(bob.actor, Verb.READ, public)
    with pytest.raises(NotAllowed):
        access.require(bob.actor, Verb.WRITE, public)


@pytest.mark.parametrize("role", Role)
def test_every_role_but_the_viewer_may_write(alice, role):
    user = make_person("carol").user
    actor = access.member_actor(Membership.objects.create(account=alice.account, user=user, role=role))
    assert access.may(actor, Verb.READ, make_object(alice))
    assert access.may(actor, Verb.WRITE, make_object(alice)) == (role != Role.VIEWER)


def test_only_operators_manage_accounts_and_keys(alice):
    access.require_operator(access.staff_actor(make_staff("operator")))
    for actor in (access.staff_actor(make_staff("auditor")), access.member_actor(alice.membership)):
        with pytest.raises(NotAllowed):
            access.require_operator(actor)


def test_an_auditor_looks_at_everything_and_changes_nothing(alice):
    actor = access.staff_actor(make_staff("auditor"))
    notes = make_object(alice)
    assert sees(actor, notes)
    assert {verb for verb in Verb if access.may(actor, verb, notes)} == {Verb.READ, Verb.SEE_ACTIVITY}
    access.require_in_account(actor, Verb.SEE_ACTIVITY, alice.account.pk)
    with pytest.raises(NotAllowed):
        access.require_in_account(actor, Verb.MANAGE_KEYS, alice.account.pk)


@pytest.mark.parametrize("columns", [{"is_staff": False}, {"is_active": False}])
@pytest.mark.parametrize("role", ["auditor", "operator", "superuser"])
def test_a_role_counts_for_active_staff_alone(db, role, columns):
    user = make_staff(role, **columns)
    assert not staff.enters_admin(user)
    assert not staff.configures(user)
    assert not sees_anything(access.staff_actor(user))


def test_staff_without_a_role_see_nothing(alice):
    make_object(alice)
    assert not sees_anything(access.staff_actor(make_staff()))


def test_whoever_has_both_roles_is_an_operator(db):
    user = make_staff("auditor")
    user.groups.add(Group.objects.get(name="operator"))
    assert access.staff_actor(user).operates


def sees_anything(actor) -> bool:
    return actor.operates or actor.audits or access.visible_objects(actor).exists()


def test_visibility_costs_one_query(alice, bob, django_assert_num_queries):
    public = make_object(alice, is_public=True)
    for actor, pk in ((bob.actor, public.pk), (alice.actor, public.pk), (bob.actor, "obj_unknown")):
        with django_assert_num_queries(1):
            access.visible_objects(actor).filter(pk=pk).first()
