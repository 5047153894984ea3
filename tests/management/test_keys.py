"""`create_account`, `create_key` and `revoke_key`."""

import json

import pytest
from django.core.management import CommandError, call_command

from objects_app.models import Account, ApiKey, AuditEvent
from objects_app.operations.keys import LIVE_KEYS_AT_MOST, create_key, find_key
from tests.factories import OPERATOR


def made(capsys, *arguments, **options) -> dict[str, str]:
    call_command(*arguments, "--json", **options)
    return json.loads(capsys.readouterr().out)


def test_create_account_prints_one_json_object_and_nothing_else(db, capsys):
    printed = made(capsys, "create_account", "Acme")
    key = ApiKey.objects.get()
    assert printed == {"account_id": key.account_id, "key_id": key.pk, "key": printed["key"]}
    assert find_key(printed["key"], address=None) == key
    assert key.account.name == "Acme"


def test_without_json_the_key_is_shown_with_its_ids(db, capsys):
    call_command("create_account", "Acme")
    printed = capsys.readouterr().out
    assert {Account.objects.get().pk, ApiKey.objects.get().pk} <= set(printed.split())
    assert "hld_" in printed


def test_create_account_is_in_the_audit_trail(db, capsys):
    made(capsys, "create_account", "Acme")
    events = AuditEvent.objects.values_list("action", "actor_label", "via").order_by("id")
    assert list(events) == [
        (action, "command:create_account", "command") for action in ("account.created", "key.created")
    ]


@pytest.mark.parametrize("name", ["", " ", "a" * 201, "two\nlines"])
def test_an_account_needs_a_usable_name(db, name):
    with pytest.raises(CommandError, match="a name has 1 to 200 printable characters"):
        call_command("create_account", name)
    assert not Account.objects.exists()


def test_a_new_key_may_do_everything_and_never_expires(alice, capsys):
    printed = made(capsys, "create_key", alice.account.pk, "--name", "ci")
    key = ApiKey.objects.get(pk=printed["key_id"])
    assert (key.name, key.scopes, key.expires_at) == ("ci", {"objects:read", "objects:write"}, None)
    assert key.account == alice.account


def test_a_new_key_has_the_scopes_that_were_asked_for(alice, capsys):
    printed = made(capsys, "create_key", alice.account.pk, "--name", "ci", "--scopes", "objects:read")
    assert ApiKey.objects.get(pk=printed["key_id"]).scopes == {"objects:read"}


def test_a_new_key_expires_after_the_time_that_was_asked_for(alice, capsys):
    printed = made(capsys, "create_key", alice.account.pk, "--name", "ci", "--expires-in", "30d")
    key = ApiKey.objects.get(pk=printed["key_id"])
    assert (key.expires_at - key.created_at).days == 30


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--scopes", "objects:admin"], "'objects:admin' is no scope; the scopes are objects:read, objects:write"),
        (["--scopes", ""], "'' is no scope"),
        (["--expires-in", "soon"], "'soon' is not a duration"),
        (["--expires-in", "0"], "a key that lives for 0 s is of no use"),
    ],
)
def test_bad_values_are_refused_in_one_sentence(alice, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("create_key", alice.account.pk, "--name", "ci", *options)
    assert ApiKey.objects.count() == 1


def test_an_unknown_account_gets_no_key(db):
    with pytest.raises(CommandError, match=r"^There is no account acc_nobody\.$"):
        call_command("create_key", "acc_nobody", "--name", "ci")


def test_a_refusal_of_the_verb_is_told_in_its_words(alice):
    for number in range(1, LIVE_KEYS_AT_MOST):
        create_key(alice.account, name=f"key {number}", actor=OPERATOR)
    with pytest.raises(CommandError, match="An account has at most 20 live keys"):
        call_command("create_key", alice.account.pk, "--name", "one too many")


def test_a_revoked_key_is_dead(alice, capsys):
    call_command("revoke_key", alice.key.pk)
    assert capsys.readouterr().out.endswith("is revoked.\n")
    assert find_key(alice.secret, address=None) is None


def test_revoking_twice_says_so(alice, capsys):
    call_command("revoke_key", alice.key.pk)
    call_command("revoke_key", alice.key.pk)
    assert capsys.readouterr().out.endswith("was revoked before.\n")


def test_a_pasted_secret_is_not_repeated(alice):
    with pytest.raises(CommandError) as refusal:
        call_command("revoke_key", alice.secret)
    assert alice.secret not in str(refusal.value)
    assert find_key(alice.secret, address=None) == alice.key
