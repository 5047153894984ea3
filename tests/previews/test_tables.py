"""What is a table, and what only said so."""

import pytest

from tests.previews.shown import show


@pytest.mark.parametrize(
    ("content", "content_type", "name"),
    [
        (b"a,b\n1,2\n", "text/csv", "x"),
        (b"a;b\n1;2\n", "text/csv", "x"),
        (b"a\tb\n1\t2\n", "text/tab-separated-values", "x"),
        (b"a,b\n1,2\n", "text/plain", "x.CSV"),
        (b'[{"a": 1, "b": 2}]', "application/json", "x"),
        (b'{"a": "1"}\n{"b": "2"}\n', "application/x-ndjson", "x"),
    ],
)
def test_a_table_has_its_names_on_top(content, content_type, name):
    preview = show(content, content_type, name)
    assert (preview.kind, preview.header) == ("table", ["a", "b"])
    assert preview.rows in ([["1", "2"]], [["1", ""], ["", "2"]])


def test_rows_of_unequal_length_are_filled_up():
    assert show(b"a\n1,2\n", "text/csv").rows == [["1", "2"]]
    assert show(b"a\n1,2\n", "text/csv").header == ["a", ""]


def test_rows_and_columns_beyond_the_limits_are_told_of():
    preview = show(b",".join([b"1"] * 60) + b"\n" + b"1\n" * 1_200, "text/csv")
    assert preview.note == "First 1 000 of 1 200 rows shown. First 50 of 60 columns shown."
    assert (len(preview.rows), len(preview.header)) == (1_000, 50)


def test_the_row_that_the_limit_cut_is_left_out():
    assert show(b"a,b\n1,2\n3,4\n", "text/csv", most=10).rows == [["1", "2"]]


def test_json_of_one_line_is_put_on_many():
    assert show(b'{"a":{"b":1}}', "application/json").html.count('class="line"') == 5


def test_json_that_was_laid_out_stays_as_it_is():
    assert "1.50" in show(b'{\n"a": 1.50}', "application/json").html


@pytest.mark.parametrize("content", [b"{", b"[" * 200_000, b"9" * 10_000, b"[" * 9_000 + b"]" * 9_000])
def test_json_that_is_none_is_shown_as_text(content):
    preview = show(content, "application/json")
    assert (preview.kind, preview.note) == ("text", "This is no valid JSON: shown as text.")


def test_a_bad_line_of_json_is_named():
    assert show(b"{}\n{\n", "application/x-ndjson").note == "Line 2 is no JSON: shown as text."


def test_a_field_without_an_end_is_shown_as_text():
    assert show(b'a\n"' + b"x" * 200_000, "text/csv").note == "This is no table: shown as text."
