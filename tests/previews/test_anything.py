"""Whatever the bytes are, and whatever their type says: a preview or a sentence, never a failure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from objects_app.previews import FIRST_BYTES, media_kind, preview_of
from objects_app.previews.base import Content, LimitReached
from objects_app.previews.making import MAKERS
from tests.previews.shown import Bytes, show, tar, zipped

TYPES = ["text/csv", "text/tab-separated-values", "application/json", "application/x-ndjson", "text/markdown", "tar"]
STARTS = [b"", b"\x1f\x8b\x08\0", b"PK\3\4", tar(2), tar(2, mode="w:gz"), zipped(2), b"\xff\xfe", b"[{", b'a,"']


@settings(deadline=None)
@given(
    content=some.builds(bytes.__add__, some.sampled_from(STARTS), some.binary(max_size=300)),
    cut=some.integers(0, 400),
    content_type=some.sampled_from([*TYPES, "gzip", "application/zip", "text/plain", "application/x-unknown"]),
)
def test_any_bytes_of_any_type_give_a_preview(content, cut, content_type):
    preview = show(content[: max(len(content) - cut, 1)] or b"x", content_type)
    assert preview.kind in {"text", "table", "prose", "entries", "nothing"}


def test_no_more_than_the_limit_is_read():
    for kind, content_type in {"text": "text/plain", "zip": "application/zip", "tar": "tar"}.items():
        assert kind in MAKERS
        source = Bytes(b"x" * (2 * FIRST_BYTES))
        preview_of(source, content_type=content_type, name="x")
        assert sum(source.read) <= FIRST_BYTES


def test_nothing_is_read_when_the_time_is_over():
    content = Content(Bytes(b"x"), content_type="text/plain", name="x", seconds=0)
    with pytest.raises(LimitReached):
        content.head()


def test_what_is_left_of_the_limit_bounds_every_read():
    content = Content(Bytes(b"x" * 10), content_type="text/plain", name="x", most=4)
    assert content.read_at(0, 10) == b"xxxx"
    with pytest.raises(LimitReached):
        content.read_at(4, 1)


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/png", "image"),
        ("audio/ogg", "audio"),
        ("video/mp4; codecs=x", "video"),
        ("application/pdf", "pdf"),
        ("image/svg+xml", ""),
        ("text", ""),
    ],
)
def test_only_what_cannot_run_is_shown_from_its_own_bytes(content_type, kind):
    assert media_kind(content_type) == kind


def test_a_pdf_is_left_to_a_download():
    assert show(b"%PDF-1.7", "application/pdf").kind == "nothing"
