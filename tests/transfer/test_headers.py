"""The headers of hosted bytes, for every name that an object can have."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objects_app.dispositions import UNWANTED, disposition
from objects_app.transfer.headers import names_tag

SAFE = re.compile(
    r"""attachment; filename="[\x20-\x21\x23-\x24\x26-\x2e\x30-\x5b\x5d-\x7e]+"; filename\*=UTF-8''[!-~]+"""
)
NASTY = st.text(st.sampled_from('"\\/%;\r\n\t\0\u202e\u2028\ud800é漢😀 .a\x7f'), max_size=20)


@given(st.one_of(st.text(max_size=50), NASTY))
def test_every_name_gives_one_safe_line(name):
    assert SAFE.fullmatch(disposition(name, inline=False))


@given(NASTY)
def test_no_name_can_leave_its_folder(name):
    saved = unquote(disposition(name, inline=False).partition("''")[2])
    assert not {"/", "\\", "\r", "\n", "\0"} & set(saved)
    assert saved.strip(" .") == saved != ""


@pytest.mark.parametrize(
    ("name", "plain", "whole"),
    [
        ("notes.txt", "notes.txt", "notes.txt"),
        ('a"b.txt', "a_b.txt", 'a"b.txt'),
        ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
        ("é漢.txt", "__.txt", "é漢.txt"),
        ("a\r\nSet-Cookie: b", "aSet-Cookie: b", "aSet-Cookie: b"),
        ("invoice\u202etxt.exe", "invoicetxt.exe", "invoicetxt.exe"),
        ("...", "object", "object"),
    ],
)
def test_what_a_name_becomes(name, plain, whole):
    header = disposition(name, inline=False)
    assert f'filename="{plain}"' in header
    assert unquote(header.partition("''")[2]) == whole


def test_directions_and_controls_are_unwanted():
    assert {"Cc", "Cf", "Cs", "Zl", "Zp"} <= UNWANTED


@pytest.mark.parametrize("header", ['"a"', 'W/"a"', '"b", "a"', "*", '"b" , W/"a"'])
def test_a_tag_is_found_in_if_none_match(header):
    assert names_tag(header, '"a"')


@pytest.mark.parametrize("header", [None, "", '"b"', "a", '"a" "b"'])
def test_another_tag_is_not(header):
    assert not names_tag(header, '"a"')


@pytest.mark.parametrize(
    ("name", "shown"),
    [("漢" * 1024, "漢" * 200), ("a" * 300 + ".tar.gz", "a" * 197 + ".gz"), ("a." + "b" * 300, "a." + "b" * 198)],
)
def test_a_long_name_keeps_its_suffix_and_fits_into_a_header(name, shown):
    assert unquote(disposition(name, inline=False).partition("''")[2]) == shown
