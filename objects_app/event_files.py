"""Audit events written out as files, piece by piece: CSV for spreadsheets, NDJSON for programs."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.db import close_old_connections

from objects_app.models import AuditEvent

LAYOUTS = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
COLUMNS = (
    "id",
    "at",
    "action",
    "result",
    "actor_kind",
    "actor_id",
    "actor_label",
    "via",
    "address",
    "target_type",
    "target_id",
    "target_label",
    "bytes",
    "request_id",
    "account_id",
    "details",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def pieces(chunks: Iterable[list[AuditEvent]], *, layout: str) -> Iterator[bytes]:
    """One for each list of events; the names of the columns come first in CSV."""
    if layout == "csv":
        yield _csv_of([list(COLUMNS)])
    for events in chunks:
        rows = [_row_of(event) for event in events]
        yield _csv_of([_cell(row[name]) for name in COLUMNS] for row in rows) if layout == "csv" else _lines_of(rows)


def written(chunks: Iterable[list[AuditEvent]], *, layout: str) -> Iterator[bytes]:
    """For an answer: each piece may be fetched by another thread, which gives its database connection back at once."""
    for piece in pieces(chunks, layout=layout):
        close_old_connections()
        yield piece


def _row_of(event: AuditEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in COLUMNS}


def _lines_of(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in rows)


def _csv_of(rows: Iterable[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """A spreadsheet takes what begins like a formula for one, unless an apostrophe comes first."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
