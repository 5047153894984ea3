"""What auditors may look at and never change, asked of the verbs themselves: no door could let them."""

# ruff: noqa: ARG005  each takes of the same three what it needs

from datetime import timedelta

import pytest

from objects_app import access
from objects_app.errors import NotAllowed
from objects_app.models import AuditEvent, Role
from objects_app.operations import (
    accounts,
    downloads,
    keys,
    looks,
    members,
    objects,
    people,
    readers,
    uploads,
    uses,
    verification,
)
from objects_app.operations.objects import NewObject, ObjectChanges
from tests.factories import make_object, make_staff

CHANGES = {
    "create": lambda alice, row, actor: objects.create_object(NewObject("a", "text/plain"), actor=actor),
    "change": lambda alice, row, actor: objects.change_object(row, ObjectChanges(name="a"), actor=actor),
    "publish": lambda alice, row, actor: objects.publish(row, actor=actor),
    "unpublish": lambda alice, row, actor: objects.unpublish(row, actor=actor),
    "delete": lambda alice, row, actor: objects.delete_object(row, actor=actor),
    "complete": lambda alice, row, actor: uploads.complete_upload(row, actor=actor),
    "verify": lambda alice, row, actor: verification.verify_now(row, actor=actor),
    "create an account": lambda alice, row, actor: accounts.create_account("a", actor=actor),
    "suspend": lambda alice, row, actor: accounts.suspend_account(alice.account, actor=actor),
    "resume": lambda alice, row, actor: accounts.resume_account(alice.account, actor=actor),
    "set defaults": lambda alice, row, actor: accounts.change_defaults(
        alice.account, is_public=True, lifetime=None, actor=actor
    ),
    "create a key": lambda alice, row, actor: keys.create_key(alice.account, name="a", actor=actor),
    "rotate": lambda alice, row, actor: keys.rotate_key(alice.key, overlap=timedelta(0), actor=actor),
    "revoke": lambda alice, row, actor: keys.revoke_key(alice.key, actor=actor),
    "invite": lambda alice, row, actor: members.invite(alice.account, email="a@b.c", role=Role.OWNER, actor=actor),
    "change a role": lambda alice, row, actor: members.change_role(alice.membership, Role.VIEWER, actor=actor),
    "remove a member": lambda alice, row, actor: members.remove_member(alice.membership, actor=actor),
    "add a member": lambda alice, row, actor: members.add_member(alice.membership, actor=actor),
    "add a person": lambda alice, row, actor: people.add_user(alice.user, actor=actor),
    "change a person": lambda alice, row, actor: people.change_user(alice.user, roles=["operator"], actor=actor),
    "set a password": lambda alice, row, actor: people.keep_password(alice.user, actor=actor),
    "make a reset link": lambda alice, row, actor: people.note_reset_link(alice.user, actor=actor),
}
OF_SUPERUSERS = ["add a member", "add a person", "change a person", "set a password"]


@pytest.mark.parametrize("name", CHANGES)
def test_an_auditor_changes_nothing(alice, name):
    row, actor = make_object(alice), access.staff_actor(make_staff("auditor"))
    before = AuditEvent.objects.count()
    with pytest.raises(NotAllowed):
        CHANGES[name](alice, row, actor)
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("name", OF_SUPERUSERS)
def test_an_operator_sets_up_nobody(alice, name):
    with pytest.raises(NotAllowed):
        CHANGES[name](alice, make_object(alice), access.staff_actor(make_staff("operator")))


def test_an_auditor_looks_and_downloads_and_both_are_recorded(alice):
    row, actor = make_object(alice), access.staff_actor(make_staff("auditor"))
    row = access.visible_objects(actor).get(pk=row.pk)
    assert looks.look_at(row, actor=actor).kind == "text"
    downloads.issue_download_url(row, actor=actor, expires_in=timedelta(minutes=1))
    assert readers.readers_of(row, actor=actor).members == [alice.membership]
    assert uses.lately(row, actor=actor).askers.keys() == {"auditor@example.com"}
    recorded = AuditEvent.objects.filter(actor_label="auditor@example.com").values_list("action", flat=True)
    assert set(recorded) == {"object.content_previewed", "object.download_url_issued"}
