"""What processes remember together: one question for each count, and no waiting for a Redis that is away."""

import time

import pytest
from django.core.cache import cache
from redis import Redis

from objects_app import common_memory
from objects_app.common_memory import Brake, NoAnswer
from tests import live


@pytest.fixture
def redis(settings, redis_url):
    """The Redis of the settings, asked past our code."""
    settings.REDIS_URL = redis_url
    with Redis.from_url(redis_url) as client:
        yield client
    common_memory._client(redis_url).close()


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The questions that Redis is asked."""
    questions, execute = [], Redis.execute_command

    def note(self, *words, **options):
        questions.append(words[0])
        return execute(self, *words, **options)

    monkeypatch.setattr(Redis, "execute_command", note)
    return questions


@pytest.fixture
def nobody(settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{live.free_port()}/0"


def count_three_times() -> list[int]:
    return [common_memory.count("calls", seconds=60) for _ in range(3)]


def test_without_redis_a_process_counts_alone():
    assert count_three_times() == [1, 2, 3]


def test_all_processes_count_together_with_one_question_a_call(redis, asked):
    redis.set("holdall:calls", 10)
    assert count_three_times() == [11, 12, 13]
    assert asked[1:] == ["EVAL"] * 3


def test_the_time_of_a_counter_runs_from_its_first_call(redis):
    common_memory.count("calls", seconds=60)
    redis.expire("holdall:calls", 20)
    common_memory.count("calls", seconds=60)
    assert 0 < redis.ttl("holdall:calls") <= 20


def test_a_counter_that_is_forgotten_begins_anew(redis):
    count_three_times()
    common_memory.forget("calls")
    assert count_three_times() == [1, 2, 3]


def test_without_an_answer_a_process_counts_alone_and_says_so_once(nobody, caplog):
    assert count_three_times() == [1, 2, 3]
    assert caplog.text.count("Redis does not answer") == 1


def test_without_an_answer_its_own_counter_is_forgotten(nobody):
    count_three_times()
    common_memory.forget("calls")
    assert cache.get("calls") is None


def test_a_redis_that_is_away_is_not_asked_for_a_second(nobody, asked):
    for _ in range(3):
        with pytest.raises(NoAnswer):
            common_memory.read("word")
    assert asked == ["GET"]


def test_what_is_to_be_written_is_tried_even_then(nobody, asked):
    for _ in range(2):
        with pytest.raises(NoAnswer):
            common_memory.write("word", "value")
    assert asked == ["SET", "SET"]


def test_a_redis_that_stands_still_holds_up_one_request_for_a_second_or_so(redis, redis_server):
    common_memory.read("word")
    with redis_server.standing_still():
        began = time.monotonic()
        for _ in range(20):
            with pytest.raises(NoAnswer):
                common_memory.read("word")
        assert time.monotonic() - began < 5


def test_a_redis_that_is_back_counts_again(redis, redis_server):
    redis_server.stop()
    count_three_times()
    redis_server.start()
    common_memory.brake.open()
    assert count_three_times() == [1, 2, 3]
    assert redis.get("holdall:calls") == b"3"


def test_after_a_second_one_request_finds_out_for_all(monkeypatch):
    brake, now = Brake(), time.monotonic()
    brake.close()
    monkeypatch.setattr(common_memory.time, "monotonic", lambda: now + 5)
    assert [brake.lets_pass() for _ in range(3)] == [True, False, False]
    brake.open()
    assert [brake.lets_pass() for _ in range(2)] == [True, True]
