"""What processes share through Redis: revocations reach all of them at once, counters count for all, and none waits."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest
from django.core.cache import caches
from django.urls import reverse
from redis import Redis

from objects_app import key_cache, key_stamp, shared
from objects_app.models import Account, ApiKey
from objects_app.operations import accounts, keys
from objects_app.web.sign_in import WAIT, WRONG
from tests.factories import OPERATOR

pytestmark = pytest.mark.usefixtures("with_redis")
OTHER_PROCESS = """
import sys
from contextvars import Context
from django.conf import settings
from config import brokers
settings.configure(REDIS_URL=sys.argv[1], CACHES={"default": brokers.cache(sys.argv[1])})
from objects_app import key_stamp, shared
"""


def in_another_process(code: str, redis_url: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS + code, redis_url], stdout=subprocess.PIPE, text=True, check=True
    )
    return run.stdout.strip()


@pytest.fixture
def later(monkeypatch):
    """`later(5)`: five more seconds have passed for this process."""
    passed = [0.0]
    real = key_cache.time.monotonic
    monkeypatch.setattr(key_cache.time, "monotonic", lambda: real() + passed[0])
    return lambda seconds: passed.append(passed.pop() + seconds)


def find(person) -> ApiKey | None:
    return keys.find_key(person.secret, address="192.0.2.7")


def revoke_unseen(person) -> None:
    """As another process does; what it tells the others comes separately."""
    ApiKey.objects.filter(pk=person.key.pk).update(revoked_at=person.key.created_at)


def suspend_unseen(person) -> None:
    Account.objects.filter(pk=person.account.pk).update(suspended_at=person.key.created_at)


@pytest.mark.parametrize("end", [revoke_unseen, suspend_unseen])
def test_what_another_process_ends_is_dead_here_at_the_next_request(alice, redis_url, end):
    find(alice)
    end(alice)
    assert find(alice) is not None
    in_another_process("key_stamp.renew()", redis_url)
    assert find(alice) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda person: keys.revoke_key(person.key, actor=OPERATOR),
        lambda person: accounts.suspend_account(person.account, actor=OPERATOR),
    ],
)
def test_what_this_process_ends_is_told_to_the_others(alice, redis_url, end):
    before = in_another_process("print(key_stamp.read())", redis_url)
    end(alice)
    assert in_another_process("print(key_stamp.read())", redis_url) not in ("", "None", before)


def test_the_stamp_never_runs_out(redis_url):
    key_cache.forget_all()
    with Redis.from_url(redis_url) as redis:
        assert [redis.ttl(name) for name in redis.scan_iter()] == [-1]


def test_while_redis_is_away_a_revoked_key_lives_five_seconds_at_most(alice, redis_server, later):
    find(alice)
    redis_server.stop()
    revoke_unseen(alice)
    assert find(alice) is not None
    later(5)
    assert find(alice) is None


def test_while_redis_is_away_a_revocation_is_known_at_once_where_it_was_made(alice, redis_server):
    find(alice)
    redis_server.stop()
    assert keys.revoke_key(alice.key, actor=OPERATOR)
    assert find(alice) is None


def test_a_redis_that_is_back_is_listened_to_at_once(alice, redis_server, later):
    redis_server.stop()
    find(alice)
    redis_server.start()
    later(shared.NOT_ASKED_SECONDS)
    find(alice)
    revoke_unseen(alice)
    in_another_process("key_stamp.renew()", redis_server.url)
    assert find(alice) is None


def test_a_revocation_is_written_though_redis_was_away_a_moment_ago(redis_server):
    redis_server.stop()
    key_stamp.read()
    redis_server.start()
    key_cache.forget_all()
    assert key_stamp.read()


def test_a_stamp_that_redis_has_lost_counts_as_another_one(alice, redis_url):
    key_cache.forget_all()
    find(alice)
    revoke_unseen(alice)
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    assert find(alice) is None


def test_processes_count_together(redis_url):
    shared.count("c", seconds=60)
    assert in_another_process("print(shared.count('c', seconds=60))", redis_url) == "2"
    assert shared.count("c", seconds=60) == 3


def test_a_counter_ends_when_its_seconds_are_over_however_often_it_is_counted(redis_url):
    shared.count("c", seconds=60)
    with Redis.from_url(redis_url) as redis:
        (name,) = redis.keys()
        redis.expire(name, 30)
        shared.count("c", seconds=60)
        assert redis.ttl(name) <= 30


def test_a_key_is_found_and_its_call_counted_in_one_round_trip(alice, redis_url, monkeypatch):
    def ask():
        return keys.find_key_and_count(alice.secret, address="192.0.2.7", window_of=lambda _: "w", seconds=60)

    asked, real = [], shared.ask
    monkeypatch.setattr(shared, "ask", lambda question: asked.append(question) or real(question))
    assert [ask(), ask()] == [(alice.key, 1), (alice.key, 2)]
    assert len(asked) == 2
    revoke_unseen(alice)
    in_another_process("key_stamp.renew()", redis_url)
    assert ask() == (None, 3)


def test_a_redis_that_is_away_is_asked_once_a_second(redis_server, later, caplog):
    redis_server.stop()
    answers = [(shared.count("c", seconds=60), shared.read("w")) for _ in range(10)]
    assert answers == [(number, None) for number in range(1, 11)]
    assert len(caplog.records) == 1
    later(shared.NOT_ASKED_SECONDS)
    shared.read("w")
    assert len(caplog.records) == 2


def test_after_a_failure_one_request_asks_before_the_others_do(monkeypatch, redis_server, later):
    redis_server.stop()
    shared.read("w")
    later(shared.NOT_ASKED_SECONDS)
    held_meanwhile = []
    monkeypatch.setattr(shared, "_command", lambda *_: held_meanwhile.append(shared.brake.holds()))
    assert shared.read("w") == ""
    assert held_meanwhile == [True]
    assert not shared.brake.holds()


def test_each_thread_and_process_asks_by_a_connection_of_its_own(redis_url):
    with Redis.from_url(redis_url) as server, ThreadPoolExecutor(max_workers=1) as other:
        shared.write("w", "word")
        before = server.info("stats")["total_connections_received"]
        assert [other.submit(shared.read, "w").result() for _ in range(3)] == ["word"] * 3
        assert server.info("stats")["total_connections_received"] == before + 1
        child = os.fork()
        if not child:
            os._exit(0 if shared.read("w") == "word" else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert shared.read("w") == "word"
        assert server.info("stats")["total_connections_received"] == before + 2


def test_what_somebody_else_has_pickled_there_is_not_run(redis_url):
    shared.write("w", "word")
    with Redis.from_url(redis_url) as redis:
        (name,) = redis.keys()
        redis.set(name, pickle.dumps("run"))
    assert shared.read("w") not in ("run", "word", "", None)


def test_guesses_are_counted_while_redis_is_away(client, alice, redis_server):
    redis_server.stop()
    guess = {"login": "alice@example.com", "password": "wrong"}
    answers = [client.post(reverse("account_login"), guess).content.decode() for _ in range(11)]
    assert WAIT in answers[-1]


def test_people_sign_in_while_redis_is_away(client, alice, redis_server):
    redis_server.stop()
    answer = client.post(reverse("account_login"), {"login": "nobody@example.com", "password": "wrong"})
    assert WRONG in answer.content.decode()


def test_requests_share_connections(redis_url):
    """Each request is answered in a context of its own, for which Django makes a cache of its own."""
    with Redis.from_url(redis_url) as server:
        Context().run(shared.read, "a")
        Context().run(lambda: caches["default"].get("a"))
        before = server.info("stats")["total_connections_received"]
        for _ in range(5):
            Context().run(shared.read, "a")
            Context().run(lambda: caches["default"].get("a"))
        assert server.info("stats")["total_connections_received"] == before
