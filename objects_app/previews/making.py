"""From content to its preview, whatever the content turns out to be."""

from collections.abc import Callable

from objects_app.previews.archives import gzip_preview, tar_preview, zip_preview
from objects_app.previews.base import FIRST_BYTES, Content, LimitReached, Preview, Source, Unreadable, nothing
from objects_app.previews.kinds import kind_of
from objects_app.previews.markdown import markdown_preview
from objects_app.previews.tables import csv_preview, json_preview, jsonl_preview, tsv_preview
from objects_app.previews.texts import text_preview

EMPTY = "This object is empty: it has no bytes."
TOO_SLOW = "Reading this took too long for a preview. Download the object to open it."
PDF = "A PDF is not shown on this page. Download the object to open it."
MAKERS: dict[str, Callable[[Content], Preview]] = {
    "csv": csv_preview,
    "gzip": gzip_preview,
    "json": json_preview,
    "jsonl": jsonl_preview,
    "markdown": markdown_preview,
    "tar": tar_preview,
    "text": text_preview,
    "tsv": tsv_preview,
    "unknown": text_preview,
    "zip": zip_preview,
}


def preview_of(source: Source, *, content_type: str, name: str, most: int = FIRST_BYTES) -> Preview:
    if source.size == 0:
        return nothing(EMPTY)
    make = MAKERS.get(kind_of(content_type, name))
    if make is None:
        return nothing(PDF)
    try:
        return make(Content(source, content_type=content_type, name=name, most=most))
    except Unreadable as sentence:
        return nothing(str(sentence))
    except LimitReached:
        return nothing(TOO_SLOW)
