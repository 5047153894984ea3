"""Limits of the rate: each key has its own, and each address without a valid key."""

import pytest

from objects_app import shared
from objects_app.api import throttling
from objects_app.models import StoredObject
from tests.api.shapes import error


@pytest.fixture
def second(monkeypatch):
    """`second(7)` makes it the seventh second; no call of a test is ever cut in two by a real one."""

    class Frozen:
        now = 0.5

        @classmethod
        def time(cls) -> float:
            return cls.now

    monkeypatch.setattr(throttling, "time", Frozen)
    return lambda number: setattr(Frozen, "now", number + 0.5)


@pytest.fixture(autouse=True)
def rates(settings, second):
    settings.THROTTLE_ENABLED = True
    settings.THROTTLE_KEY_RATE = 3
    settings.THROTTLE_ADDRESS_RATE = 2


def statuses(api, calls: int, **headers: str) -> list[int]:
    return [api.get("/v1/objects", **headers).status_code for _ in range(calls)]


def test_one_call_too_many_in_a_second_is_refused(alice_api):
    assert statuses(alice_api, 4) == [200, 200, 200, 429]


def test_the_refusal_says_when_to_come_back(alice_api):
    statuses(alice_api, 3)
    answer = alice_api.get("/v1/objects")
    assert (answer.status_code, answer.json()) == (429, error("too_many_requests"))
    assert answer.headers["Retry-After"] == "1"


def test_the_next_second_begins_anew(alice_api, second):
    statuses(alice_api, 4)
    second(1)
    assert statuses(alice_api, 4) == [200, 200, 200, 429]


def test_each_key_has_its_own_limit(alice_api, bob_api, reader_api):
    statuses(alice_api, 4)
    assert statuses(bob_api, 1) == statuses(reader_api, 1) == [200]


def test_a_refused_call_changes_nothing(alice_api):
    statuses(alice_api, 3)
    assert alice_api.post("/v1/objects", {"name": "n", "content_type": "text"}).status_code == 429
    assert not StoredObject.objects.exists()


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic x"])
def test_an_address_without_a_key_has_a_limit(anonymous_api, header):
    assert statuses(anonymous_api, 3, Authorization=header) == [401, 401, 429]


def test_another_address_has_its_own_limit(anonymous_api):
    statuses(anonymous_api, 3)
    assert anonymous_api.client.get("/v1/objects", REMOTE_ADDR="192.0.2.7").status_code == 401


def test_a_valid_key_passes_where_its_address_is_refused(anonymous_api, alice_api):
    statuses(anonymous_api, 3)
    assert statuses(alice_api, 1) == [200]


def test_the_limits_can_be_switched_off(alice_api, anonymous_api, settings):
    settings.THROTTLE_ENABLED = False
    assert statuses(alice_api, 5) == [200] * 5
    assert statuses(anonymous_api, 5) == [401] * 5


def test_a_counter_that_was_forgotten_begins_anew(alice_api, monkeypatch):
    def forgotten(key: str) -> int:
        raise ValueError(key)

    monkeypatch.setattr(shared._own(), "incr", forgotten)
    assert statuses(alice_api, 4) == [200] * 4


def test_while_redis_is_away_a_process_refuses_for_itself(alice_api, with_redis, redis_server):
    redis_server.stop()
    assert statuses(alice_api, 4) == [200, 200, 200, 429]
