"""Text, code and Markdown, as a browser gets them."""

import pytest

from tests.previews.shown import show


def test_code_is_coloured_by_classes_and_escaped():
    html = show(b'x = "<b>"\n', "text/plain", "a.py").html
    assert '<span class="s2">"&lt;b&gt;"</span>' in html
    assert "style" not in html


def test_each_line_stands_by_itself():
    assert show(b"one\ntwo\n", "text/plain").html.count('<span class="line">') == 2


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "application/xml"])
def test_what_could_run_is_shown_as_its_source(content_type):
    preview = show(b"<svg onload='alert(1)'><script>alert(2)</script></svg>", content_type)
    assert preview.kind == "text"
    assert "<svg" not in preview.html
    assert "<script" not in preview.html


def test_bytes_that_are_not_utf_8_are_told_of():
    preview = show(b"caf\xe9 au lait\n", "text/plain")
    assert "�" in preview.html
    assert preview.note == "Some bytes are not UTF-8 and show as �."


def test_a_character_cut_in_two_by_the_limit_is_left_out():
    preview = show("ä".encode() * 10, "text/plain", most=11)
    assert preview.html.count("ä") == 5
    assert preview.note == "First 11 bytes of 20 bytes shown."


def test_text_of_windows_is_read():
    assert "Ärger" in show("Ärger".encode("utf-16"), "text/plain").html


def test_marks_that_turn_the_direction_of_text_are_seen():
    assert "[U+202E]" in show("a\u202eb".encode(), "text/plain").html


@pytest.mark.parametrize("content", [b"\x7fELF\0\0\1", bytes(range(128, 256)) * 9])
def test_bytes_that_are_no_text_are_not_shown(content):
    assert show(content, "text/plain").note.startswith("These bytes do not look like text.")


def test_an_unknown_type_is_shown_where_it_is_text():
    assert show(b"hello", "application/octet-stream").kind == "text"


def test_markdown_is_prose_without_pictures_scripts_or_ways_into_this_site():
    text = b"# Title\n\n<script>x</script> ![p](http://x/p.png) [in](/settings) [js](javascript:x)"
    html = show(text, "text/markdown").html
    assert "<h3>Title</h3>" in html
    for unwanted in ("<script", "<img", 'href="/', 'href="javascript'):
        assert unwanted not in html


def test_links_of_markdown_vouch_for_nothing():
    html = show(b"[a](https://example.com/)", "text/plain", "README.md").html
    assert '<a href="https://example.com/" rel="nofollow noopener noreferrer">a</a>' in html


def test_long_markdown_is_cut_and_says_so():
    assert show(b"word " * 20_000, "text/markdown").note == "First 32 KiB of 97.7 KiB shown."


def test_empty_content_is_told_as_such():
    assert show(b"", "text/plain").note == "This object is empty: it has no bytes."
