"""What a first start puts into the database, and that it is all or nothing."""

import pytest

from objects_app.models import Account, ApiKey, AuditEvent, Membership, Role, User
from objects_app.operations import openings
from objects_app.operations.keys import find_key
from tests.factories import OPERATOR


def test_a_first_start_opens_an_account_with_an_owner_and_a_key(db):
    credentials = openings.open_first_account(actor=OPERATOR)
    membership = Membership.objects.get()
    assert membership.user.email == credentials.email
    assert membership.user.check_password(credentials.password)
    assert membership.user.is_superuser
    assert membership.role == Role.OWNER
    assert find_key(credentials.key, address=None).account == membership.account


def test_a_later_start_changes_nothing(db):
    openings.open_first_account(actor=OPERATOR)
    assert openings.open_first_account(actor=OPERATOR) is None
    assert [model.objects.count() for model in (Account, User, ApiKey)] == [1, 1, 1]


def test_two_first_starts_make_different_credentials(db):
    first = openings.open_first_account(actor=OPERATOR)
    User.objects.all().delete()
    second = openings.open_first_account(actor=OPERATOR)
    assert first.password != second.password
    assert first.key != second.key


def test_a_first_start_that_dies_half_way_leaves_nothing(db, monkeypatch):
    monkeypatch.setattr(User.objects, "create_superuser", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        openings.open_first_account(actor=OPERATOR)
    assert [model.objects.count() for model in (Account, User, ApiKey, AuditEvent)] == [0, 0, 0, 0]


def test_an_account_that_a_command_made_before_does_not_lock_the_owner_out(db):
    openings.open_account("early", actor=OPERATOR)
    assert openings.open_first_account(actor=OPERATOR) is not None
