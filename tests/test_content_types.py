"""Content types: which are taken, and how their bytes are served."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objects_app.content_types import MIME_TYPE, WORDS, is_content_type, is_inert, is_inert_apart, served_as


@pytest.mark.parametrize(
    "text",
    [
        *WORDS,
        "text/plain",
        "application/vnd.api+json",
        "text/plain; charset=utf-8",
        "text/plain;charset=utf-8",
        'multipart/mixed; boundary="a b"',
        r'text/x; name="a\"b"; other=1',
        "TEXT/HTML",
    ],
)
def test_words_and_mime_types_are_taken(text):
    assert is_content_type(text)


MALFORMED = [
    "",
    "texts",
    "Text",
    "text/",
    "/plain",
    "text/plain;",
    "text/plain; charset",
    "text /plain",
    "a/b/c",
    "tëxt/plain",
]
CONTROLS = [
    "text/plain\n",
    "text/plain\r\nX-Evil: 1",
    "text/plain;\tcharset=x",
    'text/x; a="\t"',
    'text/x; a="\x7f"',
    "a/b\0",
]


@pytest.mark.parametrize("text", MALFORMED + CONTROLS)
def test_anything_else_is_refused(text):
    assert not is_content_type(text)


@given(st.text(), st.characters(categories=["Cc", "Cs", "Zl", "Zp"]), st.text())
def test_no_control_character_is_ever_taken(before, control, after):
    assert not is_content_type(before + control + after)


@given(st.from_regex(MIME_TYPE, fullmatch=True), st.characters(categories=["Cc"]), st.data())
def test_no_control_character_hides_in_a_good_type(good, control, data):
    at = data.draw(st.integers(0, len(good)))
    assert is_content_type(good)
    assert not is_content_type(good[:at] + control + good[at:])


@given(st.from_regex(MIME_TYPE, fullmatch=True))
def test_a_mime_type_is_served_as_it_was_given(content_type):
    assert served_as(content_type) == content_type


def test_the_words_are_served_as_mime_types():
    assert served_as("text") == "text/plain; charset=utf-8"
    assert all(MIME_TYPE.fullmatch(served_as(word)) for word in WORDS)


@pytest.mark.parametrize("text", ["text", "text/plain", "image/PNG", "audio/ogg", "video/mp4; codecs=x"])
def test_what_runs_no_script_is_inert(text):
    assert is_inert(text)


@pytest.mark.parametrize(
    "text", ["text/html", "image/svg+xml", "application/pdf", "application/xhtml+xml", "unspecified"]
)
def test_everything_else_is_not(text):
    assert not is_inert(text)


@pytest.mark.parametrize(("text", "is_shown"), [("application/PDF; a=b", True), ("text", True), ("text/html", False)])
def test_a_pdf_is_inert_where_nothing_but_content_is(text, is_shown):
    assert is_inert_apart(text) == is_shown
