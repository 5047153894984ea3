"""GET /v1/objects/{id}/access: who can read an object now, and why."""

from datetime import timedelta

import pytest

from objects_app import clock
from objects_app.models import ApiKey, Membership, Role, State, User
from objects_app.operations import accounts, downloads, keys, objects
from objects_app.signing import milliseconds
from tests.api.conftest import key_with
from tests.factories import OPERATOR, make_object
from tests.operations.history import row


def asked(api, stored_object, **query) -> dict:
    answer = api.get(f"/v1/objects/{stored_object.pk}/access", query)
    assert answer.status_code == 200
    return answer.json()


def key_of(secret: str) -> ApiKey:
    return ApiKey.objects.get(digest=keys.digest(secret))


@pytest.fixture
def notes(alice):
    return make_object(alice)


def test_members_keys_and_nobody_else_read_a_private_object(alice, alice_api, notes):
    assert asked(alice_api, notes) == {
        "id": notes.pk,
        "state": "READ_ONLY",
        "has_content": True,
        "public": {"is_public": False, "pages": "anyone"},
        "members": [{"email": "alice@example.com", "role": "owner"}],
        "keys": [
            {
                "id": alice.key.pk,
                "name": "alice's key",
                "scopes": ["objects:read", "objects:write"],
                "expires_time_ms": None,
            }
        ],
        "download_urls": {"count": 0, "last_expires_time_ms": None, "is_complete": True},
    }


def test_everybody_reads_a_public_object(alice, alice_api, settings):
    settings.PUBLIC_PAGES = "off"
    assert asked(alice_api, make_object(alice, is_public=True))["public"] == {"is_public": True, "pages": "off"}


def test_only_members_who_can_sign_in_and_keys_that_live_and_read_are_named(alice, alice_api, notes):
    for name, is_active in (("carol", True), ("dave", False)):
        user = User.objects.create_user(f"{name}@example.com", is_active=is_active)
        Membership.objects.create(account=alice.account, user=user, role=Role.VIEWER)
    reader, _, revoked = key_of(key_with(alice, "objects:read")), key_with(alice, "objects:write"), key_with(alice)
    keys.revoke_key(key_of(revoked), actor=OPERATOR)
    keys.create_key(alice.account, name="over", actor=OPERATOR, expires_at=clock.now())
    found = asked(alice_api, notes)
    assert [member["email"] for member in found["members"]] == ["alice@example.com", "carol@example.com"]
    assert {key["id"] for key in found["keys"]} == {alice.key.pk, reader.pk}


def test_urls_that_still_work_are_counted_with_the_last_end(alice, alice_api, notes, set_clock):
    set_clock(hours=0)
    notes = row(notes)
    for hours in (1, 3, 2):
        downloads.issue_download_url(notes, actor=alice.actor, expires_in=timedelta(hours=hours))
    now = set_clock(hours=1, minutes=30)
    ends = milliseconds(now + timedelta(hours=1, minutes=30))
    assert asked(alice_api, notes)["download_urls"] == {
        "count": 2,
        "last_expires_time_ms": ends,
        "is_complete": True,
    }


@pytest.mark.parametrize("state", [State.UPLOADING, State.ERROR, State.DELETED])
def test_nobody_reads_what_has_no_content(alice, alice_api, state):
    found = asked(alice_api, make_object(alice, state=state), key=alice.key.pk)
    assert (found["state"], found["has_content"]) == (state, False)
    assert found["key"] == {"id": alice.key.pk, "can_read": False, "reason": "no_content"}


def test_whether_a_key_of_the_account_can_read_depends_on_scope_and_life(alice, alice_api, notes):
    reader, writer = (key_of(key_with(alice, scope)) for scope in ("objects:read", "objects:write"))
    over = keys.create_key(alice.account, name="over", actor=OPERATOR, expires_at=clock.now())[0]
    reasons = [asked(alice_api, notes, key=key.pk)["key"] for key in (reader, writer, over)]
    assert [(each["can_read"], each["reason"]) for each in reasons] == [
        (True, "own_account"),
        (False, "scope_missing"),
        (False, "not_live"),
    ]


def test_of_other_accounts_keys_nothing_is_told_but_whether_the_object_is_public(alice, alice_api, bob, notes):
    accounts.suspend_account(bob.account, actor=OPERATOR)
    shown = make_object(alice, is_public=True)
    for stored_object, verdict in ((notes, (False, "other_account")), (shown, (True, "public"))):
        for key_id in (bob.key.pk, "key_unknown"):
            told = asked(alice_api, stored_object, key=key_id)["key"]
            assert (told["can_read"], told["reason"]) == verdict


@pytest.mark.parametrize("is_public", [False, True])
def test_the_answer_is_what_the_doors_do(alice, alice_api, bob, is_public):
    stored_object = make_object(alice, is_public=is_public)
    secrets = [alice.secret, bob.secret, key_with(alice, "objects:read"), key_with(alice, "objects:write")]
    for secret in secrets:
        told = asked(alice_api, stored_object, key=key_of(secret).pk)["key"]["can_read"]
        answer = type(alice_api)(secret).get(f"/v1/objects/{stored_object.pk}/download")
        assert told == (answer.status_code == 200)


def test_an_object_that_became_private_is_not_public_any_more(alice, alice_api):
    shown = make_object(alice, is_public=True)
    objects.unpublish(row(shown), actor=alice.actor)
    assert asked(alice_api, shown)["public"]["is_public"] is False


def test_a_stranger_learns_nothing(alice, bob_api, notes):
    answer = bob_api.get(f"/v1/objects/{notes.pk}/access")
    assert (answer.status_code, answer.json()["code"]) == (404, "object_not_found")


@pytest.mark.parametrize("scope", ["objects:read", "objects:write"])
def test_a_key_that_only_reads_or_only_writes_is_not_told(alice, alice_api, notes, scope):
    answer = type(alice_api)(key_with(alice, scope)).get(f"/v1/objects/{notes.pk}/access")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_a_key_id_that_is_too_long_is_refused(alice_api, notes):
    answer = alice_api.get(f"/v1/objects/{notes.pk}/access", {"key": "k" * 41})
    assert answer.status_code == 400
