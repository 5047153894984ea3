"""What must always hold is refused by the database itself, whoever writes, on either database."""

import pytest
from django.db import IntegrityError

from objects_app.models import (
    ApiKey,
    IdempotencyRecord,
    Invitation,
    Membership,
    MetadataPair,
    State,
    StoredObject,
    User,
)
from tests.factories import Person, make_object, make_person

WRONG = [
    ("state_known", State.READ_ONLY, {"state": "LOST"}),
    ("read_only_has_its_bytes", State.READ_ONLY, {"size_bytes": None}),
    ("read_only_has_its_bytes", State.READ_ONLY, {"blob_key": ""}),
    ("uploading_has_no_content", State.UPLOADING, {"blob_key": "k"}),
    ("uploading_has_no_content", State.UPLOADING, {"size_bytes": 1}),
    ("uploading_has_no_content", State.UPLOADING, {"was_public": True}),
    ("deleted_keeps_no_content", State.DELETED, {"deleted_at": None}),
    ("deleted_keeps_no_content", State.DELETED, {"sha256": "0" * 64}),
    ("deleted_keeps_no_content", State.DELETED, {"metadata": {"a": "b"}}),
    ("object_has_a_name", State.READ_ONLY, {"name": ""}),
    ("size_bytes", State.READ_ONLY, {"size_bytes": -1}),
]


@pytest.fixture
def alice(real_database) -> Person:
    return make_person("alice")


@pytest.fixture
def bob(real_database) -> Person:
    return make_person("bob")


@pytest.mark.parametrize(("constraint", "state", "columns"), WRONG)
def test_an_object_that_contradicts_itself_is_refused(alice, constraint, state, columns):
    stored_object = make_object(alice, state=state)
    with pytest.raises(IntegrityError, match=constraint):
        StoredObject.objects.filter(pk=stored_object.pk).update(**columns)


@pytest.mark.parametrize("email", ["Alice@example.com", "alice@example.com"])
def test_an_address_is_in_lower_case_and_signs_in_one_person(alice, email):
    with pytest.raises(IntegrityError):
        User(email=email).save()


def test_an_account_has_a_person_once(alice):
    with pytest.raises(IntegrityError, match="account_id"):
        Membership.objects.create(account=alice.account, user=alice.user, role="viewer")


def test_a_role_is_one_of_four(alice):
    with pytest.raises(IntegrityError, match="membership_role_known"):
        Membership.objects.update(role="king")


def invitation(person: Person, **fields: str) -> Invitation:
    new = {"account": person.account, "email": "zoe@example.com", "role": "viewer", "expires_at": person.key.created_at}
    return Invitation(**{**new, **fields})


@pytest.mark.parametrize("fields", [{"role": "king"}, {"email": "Zoe@example.com"}])
def test_an_invitation_is_for_a_role_and_an_address_in_lower_case(alice, fields):
    with pytest.raises(IntegrityError, match="invitation_"):
        invitation(alice, digest="d", **fields).save()


def test_an_address_has_one_unanswered_invitation(alice):
    invitation(alice, digest="one").save()
    with pytest.raises(IntegrityError):
        invitation(alice, digest="two").save()


def test_two_keys_have_two_digests(alice):
    with pytest.raises(IntegrityError, match="digest"):
        ApiKey.objects.create(account=alice.account, name="twin", digest=alice.key.digest, last_four="0000")


def test_a_request_is_remembered_once_an_account(alice, bob):
    for person in (alice, bob):
        IdempotencyRecord.objects.create(account=person.account, fingerprint="f", target_id="x")
    with pytest.raises(IntegrityError, match="fingerprint"):
        IdempotencyRecord.objects.create(account=alice.account, fingerprint="f", target_id="y")


def test_an_object_has_a_metadata_key_once(alice):
    notes = make_object(alice, metadata={"team": "red"})
    with pytest.raises(IntegrityError, match="key"):
        MetadataPair.objects.create(stored_object=notes, account=alice.account, key="team", value="blue")
