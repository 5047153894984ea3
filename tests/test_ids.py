"""Identifiers: unguessable, in the order of time, safe in a URL."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objects_app import ids

TIMES = st.integers(min_value=0, max_value=2**48 - 1)
RANDOM = st.integers(min_value=0, max_value=2**128 - 1)


def test_an_id_is_its_prefix_and_thirty_safe_characters():
    assert re.fullmatch(r"obj_[0-9A-Za-z]{30}", ids.new_id("obj"))


def test_no_two_ids_are_alike():
    assert len({ids.new_id("obj") for _ in range(10_000)}) == 10_000


@given(TIMES, TIMES, RANDOM, RANDOM)
def test_ids_of_different_milliseconds_are_in_the_order_of_time(early, late, one, other):
    if early != late:
        first = ids.base62((min(early, late) << 128) | one, length=ids.LENGTH)
        assert first < ids.base62((max(early, late) << 128) | other, length=ids.LENGTH)


@given(st.integers(min_value=0, max_value=62**8 - 1))
def test_base62_loses_nothing(number):
    text = ids.base62(number, length=8)
    value = 0
    for character in text:
        value = value * 62 + ids.ALPHABET.index(character)
    assert (len(text), value) == (8, number)


def test_time_and_random_bits_fit():
    assert 62**ids.LENGTH > 2 ** (48 + 128)


def test_an_id_carries_the_time_of_its_making(monkeypatch):
    monkeypatch.setattr(ids.time, "time_ns", lambda: 0)
    monkeypatch.setattr(ids.secrets, "randbits", lambda bits: bits)
    assert ids.new_id("obj") == "obj_" + ids.base62(128, length=30)


def test_ids_of_a_process_are_in_the_order_of_their_making():
    ordered = ids.OrderedIds("obj")
    made = [ordered.new_id() for _ in range(500)]
    assert made == sorted(made)


@pytest.mark.parametrize(
    ("clock", "kept"),
    [
        ([5, 5, 5, 9], [5, 6, 7, 9]),
        ([9, 8], [9, 10]),
        ([5000, 3999, 4000], [5000, 4999, 5000]),
        ([5] * 1002, [*range(5, 1006), 1005]),
    ],
)
def test_ids_run_ahead_of_a_clock_that_stands_still_and_follow_one_that_was_set_back(monkeypatch, clock, kept):
    times = iter(clock)
    monkeypatch.setattr(ids, "_milliseconds", lambda: next(times))
    monkeypatch.setattr(ids.secrets, "randbits", lambda _: 0)
    ordered = ids.OrderedIds("obj")
    assert [ordered.new_id() for _ in clock] == [f"obj_{ids.base62(each << 128, length=30)}" for each in kept]
