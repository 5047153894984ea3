"""Durations as people write them."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objects_app.durations import LONGEST, UNITS, in_words, parse_duration, written


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("0", timedelta(0)),
        ("0d", timedelta(0)),
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("1h", timedelta(hours=1)),
        ("7d", timedelta(days=7)),
        ("36500d", LONGEST),
    ],
)
def test_a_number_and_a_unit_are_a_duration(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "1", "h", "-1h", "+1h", "1.5h", "1 h", " 1h", "1h ", "1h\n", "1H", "1w", "1h30m", "٣s", "1_0s", "00"]
)
def test_anything_else_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36501d", "999999999999d", "999999999999s"])
def test_more_than_a_hundred_years_is_refused(text):
    with pytest.raises(ValueError, match="too long"):
        parse_duration(text)


@given(st.integers(0, 10**6), st.sampled_from(sorted(UNITS)))
def test_the_number_is_taken_as_it_stands(number, unit):
    one = timedelta(**{UNITS[unit]: 1})
    if one * number <= LONGEST:
        assert parse_duration(f"{number}{unit}") == one * number


@given(st.text())
def test_no_text_does_more_than_parse_or_be_refused(text):
    with suppress(ValueError):
        assert timedelta(0) <= parse_duration(text) <= LONGEST


@given(st.integers(0, LONGEST // timedelta(seconds=1)))
def test_what_is_written_is_read_back(seconds):
    assert parse_duration(written(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("duration", "text", "words"),
    [
        (timedelta(days=45), "45d", "45 days"),
        (timedelta(hours=36), "36h", "36 hours"),
        (timedelta(minutes=1), "1m", "1 minute"),
        (timedelta(seconds=90.5), "90s", "90 seconds"),
    ],
)
def test_a_duration_is_written_in_the_largest_whole_unit(duration, text, words):
    assert (written(duration), in_words(duration)) == (text, words)
