"""The Range header against what slicing says."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from objects_app.errors import RangeNotSatisfiable
from objects_app.transfer.ranges import parse_range

CONTENTS = st.binary(max_size=50)
POSITIONS = st.integers(0, 70)


def taken(header, content):
    """The part that the header asks for; None where it has none to ask for."""
    try:
        part = parse_range(header, len(content))
    except RangeNotSatisfiable:
        return None
    return content[part.start : part.end]


@given(CONTENTS, POSITIONS, POSITIONS)
def test_first_and_last_mean_a_slice_that_holds_both(content, first, last):
    assume(first <= last)
    assert taken(f"bytes={first}-{last}", content) == (content[first : last + 1] or None)


@given(CONTENTS, POSITIONS)
def test_an_open_range_goes_to_the_end(content, first):
    assert taken(f"bytes={first}-", content) == (content[first:] or None)


@given(CONTENTS, st.integers(1, 70))
def test_a_suffix_is_the_last_bytes(content, length):
    assert taken(f"bytes=-{length}", content) == (content[-length:] or None)


@given(CONTENTS, POSITIONS, POSITIONS)
def test_a_range_that_ends_before_it_begins_is_ignored(content, first, last):
    assume(last < first)
    assert parse_range(f"bytes={first}-{last}", len(content)) is None


@given(st.text(max_size=20), st.integers(0, 100))
def test_any_other_text_means_the_whole_or_a_true_part(header, size):
    part = parse_range(header, size) if not header.startswith("bytes") else None
    assert part is None


WHOLE = [
    None,
    "",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=0-1,3-4",
    "lines=0-1",
    "bytes=a-b",
    "bytes=\u0661-",
    "bytes=0-1\n",
]


@pytest.mark.parametrize("header", WHOLE)
def test_what_is_no_single_range_of_bytes_means_the_whole(header):
    assert parse_range(header, 10) is None


def test_an_empty_suffix_is_refused():
    assert taken("bytes=-0", b"abc") is None


def test_a_refusal_names_the_size():
    with pytest.raises(RangeNotSatisfiable) as refusal:
        parse_range("bytes=3-", 3)
    assert refusal.value.headers["Content-Range"] == "bytes */3"
