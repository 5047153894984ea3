"""Revocations reach every process through Redis at the next request; without it in five seconds, and none fails."""

import subprocess
import sys
import time

import pytest

from objects_app import common_memory, key_cache
from objects_app.models import Account, ApiKey
from objects_app.operations import accounts, keys
from tests import live
from tests.factories import OPERATOR

REVOKE_ELSEWHERE = "import django; django.setup(); from objects_app import key_cache; key_cache.forget_all()"


@pytest.fixture(autouse=True)
def in_redis(settings, redis_url):
    settings.REDIS_URL = redis_url
    yield
    common_memory._client(redis_url).close()


@pytest.fixture
def stamp_elsewhere(redis_url, tmp_path):
    """What another process does once it has revoked a key."""
    environment = live.environment_of(tmp_path, DJANGO_SETTINGS_MODULE="config.settings", REDIS_URL=redis_url)
    return lambda: subprocess.run([sys.executable, "-c", REVOKE_ELSEWHERE], cwd=live.ROOT, env=environment, check=True)


@pytest.fixture
def long_kept(monkeypatch):
    """So that nothing but the stamp ends what is remembered."""
    monkeypatch.setattr(key_cache, "KEPT_SECONDS", 600)


def is_alive(person) -> bool:
    return keys.find_key(person.secret, address=None) is not None


def revoke_unnoticed(person) -> None:
    """As when another process has revoked the key and not said so yet."""
    ApiKey.objects.filter(pk=person.key.pk).update(revoked_at=person.key.created_at)


def test_a_key_that_is_remembered_costs_no_query(alice, long_kept, django_assert_num_queries):
    is_alive(alice)
    with django_assert_num_queries(0):
        assert is_alive(alice)


def test_a_key_that_another_process_has_revoked_is_dead_at_the_next_request(alice, long_kept, stamp_elsewhere):
    is_alive(alice)
    revoke_unnoticed(alice)
    assert is_alive(alice)
    stamp_elsewhere()
    assert not is_alive(alice)


def test_so_are_the_keys_of_an_account_that_another_process_has_suspended(alice, long_kept, stamp_elsewhere):
    is_alive(alice)
    Account.objects.filter(pk=alice.account.pk).update(suspended_at=alice.account.created_at)
    stamp_elsewhere()
    assert not is_alive(alice)


@pytest.mark.parametrize(
    "end",
    [
        lambda person: keys.revoke_key(person.key, actor=OPERATOR),
        lambda person: accounts.suspend_account(person.account, actor=OPERATOR),
    ],
)
def test_every_end_of_a_key_leaves_another_stamp(alice, end):
    before = common_memory.read(key_cache.STAMP)
    end(alice)
    assert common_memory.read(key_cache.STAMP) != before


def test_a_key_revoked_while_it_is_loaded_is_dead_at_the_next_request(alice, long_kept):
    def load_and_lose() -> ApiKey:
        key = ApiKey.objects.get(pk=alice.key.pk)
        keys.revoke_key(key, actor=OPERATOR)
        return key

    assert key_cache.get_or_load(keys.digest(alice.secret), load_and_lose) is not None
    assert not is_alive(alice)


def test_a_redis_that_has_lost_the_stamp_lets_every_key_be_looked_up_again(alice, long_kept, redis_server):
    key_cache.forget_all()
    is_alive(alice)
    revoke_unnoticed(alice)
    redis_server.stop()
    redis_server.start()
    assert not is_alive(alice)


def test_without_redis_keys_live_on_and_a_revoked_one_for_five_seconds(alice, redis_server, monkeypatch):
    is_alive(alice)
    redis_server.stop()
    revoke_unnoticed(alice)
    assert is_alive(alice)
    later = time.monotonic() + key_cache.KEPT_SECONDS
    monkeypatch.setattr(key_cache.time, "monotonic", lambda: later)
    assert not is_alive(alice)


def test_without_redis_a_key_is_dead_at_once_where_it_was_revoked(alice, long_kept, redis_server, caplog):
    is_alive(alice)
    redis_server.stop()
    assert keys.revoke_key(alice.key, actor=OPERATOR)
    assert "other processes learn only in" in caplog.text
    assert not is_alive(alice)


def test_what_was_remembered_without_redis_is_looked_up_when_it_is_back(alice, long_kept, redis_server):
    redis_server.stop()
    is_alive(alice)
    revoke_unnoticed(alice)
    assert is_alive(alice)
    redis_server.start()
    common_memory.brake.open()
    assert not is_alive(alice)


def test_a_redis_that_is_back_tells_at_once_again(alice, long_kept, redis_server, stamp_elsewhere):
    redis_server.stop()
    is_alive(alice)
    redis_server.start()
    common_memory.brake.open()
    is_alive(alice)
    revoke_unnoticed(alice)
    stamp_elsewhere()
    assert not is_alive(alice)
