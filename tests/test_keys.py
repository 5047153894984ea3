"""API keys: what they look like, how long they live, how fast they die."""

import hashlib
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as live_settings
from django.db import OperationalError
from django.db.models import QuerySet

from objects_app import access, clock, key_cache, key_stamp
from objects_app.errors import NotAllowed, ValidationFailed, WrongState
from objects_app.lifecycle.floods import sum_up_refusals
from objects_app.lifecycle.records import roll_up_key_uses
from objects_app.models import ApiKey, AuditEvent, KeyUse, Role
from objects_app.operations import accounts, keys
from tests.factories import OPERATOR, Api, make_person


def find(secret: str, address: str | None = "192.0.2.7") -> ApiKey | None:
    return keys.find_key(secret, address=address)


def wrong_checksum(secret: str) -> str:
    return secret[:-1] + ("0" if secret[-1] != "0" else "1")


def stamp_from_another_process() -> None:
    code = "import os, sys, time; os.utime(sys.argv[1], ns=(time.time_ns(),) * 2)"
    subprocess.run([sys.executable, "-c", code, str(live_settings.KEY_STAMP_FILE)], check=True)


def test_a_secret_is_a_prefix_256_random_bits_and_a_checksum():
    secrets = {keys.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(keys.SECRET.fullmatch(secret) and len(secret) == 53 for secret in secrets)


def test_a_live_key_is_found_by_its_secret(alice):
    assert find(alice.secret) == alice.key


@pytest.mark.parametrize("mangle", [wrong_checksum, str.upper, lambda s: s[:-1], lambda s: s + "\n", lambda s: s[:0]])
def test_a_mistyped_secret_is_refused_without_a_query(alice, mangle, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find(mangle(alice.secret)) is None


def test_a_well_formed_secret_that_nobody_was_given_is_refused(alice):
    assert find(keys.new_secret()) is None


def test_a_key_that_is_remembered_costs_no_query(alice, django_assert_num_queries):
    find(alice.secret)
    with django_assert_num_queries(0):
        assert find(alice.secret) == alice.key


def test_the_database_holds_the_digest_and_never_the_secret(alice):
    row = ApiKey.objects.values().get(pk=alice.key.pk)
    assert row["digest"] == hashlib.sha256(alice.secret.encode()).hexdigest()
    assert not any(alice.secret[4:-6] in str(value) for value in row.values())
    assert not any(alice.secret[4:-6] in str(event) for event in AuditEvent.objects.values())


def test_an_account_has_at_most_twenty_live_keys(alice):
    made = [keys.create_key(alice.account, name=f"key {n}", actor=OPERATOR)[0] for n in range(19)]
    with pytest.raises(ValidationFailed):
        keys.create_key(alice.account, name="one too many", actor=OPERATOR)
    keys.revoke_key(made[0], actor=OPERATOR)
    keys.create_key(alice.account, name="in its place", actor=OPERATOR)


def test_a_key_holds_the_scopes_it_was_given(alice):
    reader, _ = keys.create_key(alice.account, name="reader", actor=OPERATOR, scopes=("objects:read",))
    assert (reader.scopes, alice.key.scopes) == ({"objects:read"}, {"objects:read", "objects:write"})


def test_a_key_works_until_it_expires(alice, set_clock):
    moment = set_clock(minutes=0)
    _, secret = keys.create_key(alice.account, name="k", actor=OPERATOR, expires_at=moment + timedelta(hours=1))
    set_clock(minutes=59)
    assert find(secret) is not None
    key_cache._entries.clear()
    set_clock(hours=1)
    assert find(secret) is None


def test_a_key_is_not_remembered_beyond_its_expiry(alice, set_clock, monkeypatch):
    moment = set_clock(minutes=0)
    _, secret = keys.create_key(alice.account, name="k", actor=OPERATOR, expires_at=moment + timedelta(seconds=2))
    find(secret)
    set_clock(seconds=2)
    later = key_cache.time.monotonic() + 2
    monkeypatch.setattr(key_cache.time, "monotonic", lambda: later)
    assert find(secret) is None


def test_a_revoked_key_is_dead_at_the_next_request(alice):
    find(alice.secret)
    assert keys.revoke_key(alice.key, actor=OPERATOR)
    assert find(alice.secret) is None


def test_a_revocation_is_recorded_once(alice):
    assert [keys.revoke_key(alice.key, actor=OPERATOR) for _ in range(2)] == [True, False]
    assert AuditEvent.objects.filter(action="key.revoked").count() == 1


def test_the_keys_of_a_suspended_account_are_dead_at_the_next_request(alice):
    find(alice.secret)
    assert accounts.suspend_account(alice.account, actor=OPERATOR)
    assert find(alice.secret) is None
    assert accounts.resume_account(alice.account, actor=OPERATOR)
    assert find(alice.secret) == alice.key


def test_a_revocation_in_another_process_reaches_this_one_at_the_next_request(alice):
    key_cache.forget_all()
    find(alice.secret)
    ApiKey.objects.update(revoked_at=alice.key.created_at)
    assert find(alice.secret) is not None
    stamp_from_another_process()
    assert find(alice.secret) is None


def test_without_a_stamp_a_revocation_reaches_this_process_after_five_seconds(alice, monkeypatch):
    find(alice.secret)
    ApiKey.objects.update(revoked_at=alice.key.created_at)
    later = key_cache.time.monotonic() + 5
    monkeypatch.setattr(key_cache.time, "monotonic", lambda: later)
    assert find(alice.secret) is None


def test_a_key_revoked_while_it_is_loaded_is_dead_at_the_next_request(alice):
    def load_and_lose() -> ApiKey:
        key = ApiKey.objects.get(pk=alice.key.pk)
        keys.revoke_key(key, actor=OPERATOR)
        return key

    digest = keys.digest(alice.secret)
    assert key_cache.get_or_load(digest, load_and_lose, stamp=key_stamp.read()) is not None
    assert find(alice.secret) is None


def test_two_revocations_in_one_tick_of_the_clock_leave_two_stamps(settings, monkeypatch):
    monkeypatch.setattr(key_stamp.time, "time_ns", lambda: 1)
    key_cache.forget_all()
    first = key_stamp.read()
    key_cache.forget_all()
    assert key_stamp.read() != first


def test_the_stamp_is_not_readable_for_others(db):
    key_cache.forget_all()
    assert live_settings.KEY_STAMP_FILE.stat().st_mode & 0o077 == 0


def test_the_last_use_is_noted_at_most_once_a_minute(alice, set_clock):
    noted = []
    for seconds in (0, 59, 60):
        set_clock(seconds=seconds)
        key_cache._entries.clear()
        find(alice.secret, address=f"192.0.2.{seconds}")
        noted.append(KeyUse.objects.order_by("-id").first().address)
    assert noted == ["192.0.2.0", "192.0.2.0", "192.0.2.60"]


def test_a_use_within_the_minute_of_a_rolled_up_one_is_not_noted_again(alice, set_clock):
    for seconds in (0, 59):
        set_clock(seconds=seconds)
        key_cache._entries.clear()
        find(alice.secret, address="192.0.2.1")
        roll_up_key_uses(before=clock.now())
    assert ApiKey.objects.get(pk=alice.key.pk).last_used_at == set_clock(seconds=0)


def test_memory_is_bounded(alice, monkeypatch):
    monkeypatch.setattr(key_cache, "KEPT_KEYS", 2)
    for person in [alice, make_person("carol"), make_person("dave")]:
        find(person.secret)
    assert len(key_cache._entries) <= 2


@pytest.mark.parametrize(
    "manage",
    [
        lambda person, actor: keys.create_key(person.account, name="more", actor=actor),
        lambda person, actor: keys.revoke_key(person.key, actor=actor),
        lambda person, actor: keys.rotate_key(person.key, overlap=timedelta(0), actor=actor),
        lambda person, actor: accounts.suspend_account(person.account, actor=actor),
        lambda person, actor: accounts.resume_account(person.account, actor=actor),
        lambda person, actor: accounts.create_account(person.account.name, actor=actor),
    ],
)
def test_keys_and_members_manage_neither_keys_nor_accounts(alice, manage):
    alice.membership.role = Role.MEMBER
    for actor in (alice.actor, access.member_actor(alice.membership)):
        with pytest.raises(NotAllowed):
            manage(alice, actor)


def test_accounts_are_recorded(alice):
    accounts.suspend_account(alice.account, actor=OPERATOR)
    accounts.suspend_account(alice.account, actor=OPERATOR)
    accounts.resume_account(alice.account, actor=OPERATOR)
    recorded = AuditEvent.objects.filter(target_id=alice.account.pk).order_by("id").values_list("action", flat=True)
    assert list(recorded) == ["account.created", "account.suspended", "account.resumed"]


def test_a_key_works_where_its_use_cannot_be_noted(alice, monkeypatch):
    def fail(*_args, **_columns):
        raise OperationalError("database is locked")

    monkeypatch.setattr(QuerySet, "update", fail)
    assert find(alice.secret) == alice.key


def test_a_rotated_key_hands_on_its_name_scopes_and_lifetime(alice, set_clock):
    moment = set_clock(days=0)
    old, _ = keys.create_key(
        alice.account, name="ci", actor=OPERATOR, scopes=("objects:read",), expires_at=moment + timedelta(days=30)
    )
    old.refresh_from_db()
    set_clock(days=20)
    new, _ = keys.rotate_key(old, overlap=timedelta(hours=1), actor=OPERATOR)
    new.refresh_from_db()
    assert (new.name, new.scopes) == ("ci", {"objects:read"})
    assert new.expires_at - set_clock(days=20) == old.expires_at - old.created_at


def test_the_old_key_works_until_the_overlap_ends(alice, set_clock):
    set_clock(hours=0)
    keys.rotate_key(alice.key, overlap=timedelta(hours=1), actor=OPERATOR)
    set_clock(minutes=59)
    assert find(alice.secret) is not None
    key_cache._entries.clear()
    set_clock(hours=1)
    assert find(alice.secret) is None


def test_an_overlap_lengthens_no_life(alice, set_clock):
    moment = set_clock(hours=0)
    key, _ = keys.create_key(alice.account, name="k", actor=OPERATOR, expires_at=moment + timedelta(hours=2))
    keys.rotate_key(ApiKey.objects.get(pk=key.pk), overlap=timedelta(hours=24), actor=OPERATOR)
    assert ApiKey.objects.get(pk=key.pk).expires_at == moment + timedelta(hours=2)


def test_a_key_is_rotated_once(alice):
    keys.rotate_key(alice.key, overlap=timedelta(hours=1), actor=OPERATOR)
    with pytest.raises(WrongState):
        keys.rotate_key(alice.key, overlap=timedelta(hours=1), actor=OPERATOR)
    assert AuditEvent.objects.filter(action="key.rotated").count() == 1


def test_a_rotation_names_the_key_in_its_place(alice):
    new, _ = keys.rotate_key(alice.key, overlap=timedelta(hours=1), actor=OPERATOR)
    event = AuditEvent.objects.get(action="key.rotated")
    assert (event.target_id, event.details) == (alice.key.pk, {"replaced_by": new.pk, "overlap_seconds": 3600})
    assert ApiKey.objects.get(pk=alice.key.pk).replaced_by == new


def test_a_rotation_in_this_process_reaches_its_own_memory(alice):
    find(alice.secret)
    keys.rotate_key(alice.key, overlap=timedelta(0), actor=OPERATOR)
    assert find(alice.secret) is None


@pytest.mark.parametrize("end", ["revoked", "expired", "suspended"])
def test_a_dead_key_that_is_shown_is_recorded_with_whose_it_is(alice, end):
    if end == "suspended":
        accounts.suspend_account(alice.account, actor=OPERATOR)
    else:
        ended = {"revoked": "revoked_at", "expired": "expires_at"}[end]
        ApiKey.objects.filter(pk=alice.key.pk).update(**{ended: clock.now()})
    answer = Api(alice.secret).get("/v1/objects")
    assert answer.status_code == 401
    event = AuditEvent.objects.get(action="key.refused")
    assert (event.actor_kind, event.actor_id, event.target_id) == ("key", alice.key.pk, alice.key.pk)
    assert (event.account_id, event.via, event.result) == (alice.account.pk, "api", "not_authenticated")
    assert (event.address, event.request_id) == ("127.0.0.1", answer.headers["X-Request-Id"])


def test_a_key_that_never_was_is_nobodys_and_leaves_no_event(alice):
    for secret in (keys.new_secret(), "hld_", "", "x" * 100):
        assert Api(secret).get("/v1/objects").status_code == 401
    assert not AuditEvent.objects.filter(action="key.refused").exists()


def test_a_flood_of_a_dead_key_is_summed_up(alice, settings):
    settings.REFUSALS_RECORDED, settings.THROTTLE_ENABLED = 2, False
    ApiKey.objects.update(revoked_at=clock.now())
    for _ in range(7):
        Api(alice.secret).get("/v1/objects")
    assert sum_up_refusals(before=clock.now()).rows == 5
    assert [event.details.get("count", 1) for event in AuditEvent.objects.filter(action="key.refused")] == [5, 1, 1]
