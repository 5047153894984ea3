"""What is listed of archives, and how little is read for it."""

import gzip

import pytest

from objects_app.previews import preview_of
from tests.previews.shown import Bytes, show, tar, zipped

LISTED = [["data/0.txt", "3 bytes"], ["data/1.txt", "3 bytes"]]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(tar(2), "tar"), (tar(2, mode="w:gz"), "tgz"), (zipped(2), "application/zip")],
    ids=["tar", "tgz", "zip"],
)
def test_entries_are_listed_with_their_sizes(content, content_type):
    assert show(content, content_type).rows == LISTED


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(tar(1_100), "tar"), (tar(1_100, mode="w:gz"), "tgz"), (zipped(1_100), "application/zip")],
    ids=["tar", "tgz", "zip"],
)
def test_the_first_thousand_entries_are_listed(content, content_type):
    preview = show(content, content_type)
    assert len(preview.rows) == 1_000
    assert preview.note.startswith("Entries beyond number 1000 ")


def test_of_a_large_tar_only_the_headers_are_read():
    source = Bytes(tar(20, size=1_000_000))
    assert len(preview_of(source, content_type="tar", name="x").rows) == 20
    assert sum(source.read) < 200_000


@pytest.mark.parametrize("content_type", ["tar", "gzip", "application/zip"])
@pytest.mark.parametrize("content", [b"PK\5\6" + b"\xff" * 18, b"\x1f\x8b" + b"z" * 99, b"no archive" * 99])
def test_what_is_no_archive_is_told_as_such(content, content_type):
    assert show(content, content_type).kind == "nothing"


def test_a_cut_archive_shows_what_there_is():
    preview = show(tar(4, size=2_000)[:3_000], "tar")
    assert preview.rows[0] == ["data/0.txt", "2 KiB"]


def test_a_bomb_is_not_unpacked():
    assert show(gzip.compress(b"\0" * 50_000_000), "gzip").kind == "nothing"
    assert show(tar(3, size=9_000_000, mode="w:gz"), "tgz").note == "Entries beyond number 1 are not shown."


def test_packed_text_is_shown():
    assert "hello" in show(gzip.compress(b"hello"), "application/gzip", "notes.txt.gz").html


def test_too_long_a_list_is_not_read():
    preview = show(zipped(3_000, name="{}" + "n" * 400), "application/zip")
    assert preview.note == "The list of what is in this archive is too long to read here."


def test_names_cannot_turn_their_direction():
    assert show(zipped(1, name="a\u202etxt.exe"), "application/zip").rows[0][0] == "a[U+202E]txt.exe"
