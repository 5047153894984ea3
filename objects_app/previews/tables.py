"""CSV, TSV, JSON and JSON Lines, as tables where they are ones."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any, TypeGuard

from objects_app.previews.base import MOST_ENTRIES, Content, Preview, joined
from objects_app.previews.texts import code, decode, plain_text, visible

MOST_COLUMNS = 50
LONGEST_CELL = 300
Rows = list[list[str]]


def csv_preview(content: Content) -> Preview:
    text, note = decode(content.head(), is_cut=content.is_cut)
    note = joined(content.cut_note(), note)
    lines = _whole_lines(text, content)
    try:
        rows = [row for row in csv.reader(io.StringIO(lines, newline=""), delimiter=_delimiter(lines)) if row]
    except csv.Error:
        return plain_text(text, content, joined(note, "This is no table: shown as text."))
    return _table(rows[0], rows[1:], note) if rows else plain_text(text, content, note)


def tsv_preview(content: Content) -> Preview:
    text, note = decode(content.head(), is_cut=content.is_cut)
    rows = [line.split("\t") for line in _whole_lines(text, content).splitlines() if line]
    note = joined(content.cut_note(), note)
    return _table(rows[0], rows[1:], note) if rows else plain_text(text, content, note)


def jsonl_preview(content: Content) -> Preview:
    text, note = decode(content.head(), is_cut=content.is_cut)
    note = joined(content.cut_note(), note)
    values = []
    for number, line in enumerate(_whole_lines(text, content).splitlines(), start=1):
        try:
            values += [json.loads(line)] if line.strip() else []
        except (ValueError, RecursionError):
            return plain_text(text, content, joined(note, f"Line {number} is no JSON: shown as text."))
    return _table_of_values(values, note) if values else plain_text(text, content, note)


def json_preview(content: Content) -> Preview:
    """A list of objects is a table, one long line is put on many; all else stands as it was written."""
    text, note = decode(content.head(), is_cut=content.is_cut)
    note = joined(content.cut_note(), note)
    try:
        value = None if content.is_cut else json.loads(text)
        if _is_list_of_objects(value):
            return _table_of_values(value, note)
        if value is not None and "\n" not in text.strip():
            text = json.dumps(value, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        note = joined(note, "This is no valid JSON: shown as text.")
    return code(text, content, name="x.json", note=note)


def _is_list_of_objects(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _delimiter(text: str) -> str:
    """Spreadsheets of some countries part cells by semicolons."""
    first = text.partition("\n")[0]
    return max(",;\t|", key=first.count)


def _whole_lines(text: str, content: Content) -> str:
    """The last line of a part is most likely no whole one."""
    return text[: text.rfind("\n") + 1] or text if content.is_cut else text


def _table_of_values(values: list[Any], note: str) -> Preview:
    values = [value if isinstance(value, dict) else {"value": value} for value in values]
    header = list(dict.fromkeys(key for value in values[:MOST_ENTRIES] for key in value))
    rows = ([_cell(value[key]) if key in value else "" for key in header] for value in values[:MOST_ENTRIES])
    return _table(header, rows, note, total=len(values))


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(header: list[str], rows: Iterable[list[str]], note: str, *, total: int = 0) -> Preview:
    rows = list(rows)
    total = max(total, len(rows))
    width = max([len(header), *map(len, rows)])
    rows_note = f"First {MOST_ENTRIES:,} of {total:,} rows shown.".replace(",", " ") if total > MOST_ENTRIES else ""
    columns_note = f"First {MOST_COLUMNS} of {width} columns shown." if width > MOST_COLUMNS else ""
    shown = [_fitted(row, min(width, MOST_COLUMNS)) for row in [header, *rows[:MOST_ENTRIES]]]
    return Preview("table", joined(note, rows_note, columns_note), header=shown[0], rows=shown[1:])


def _fitted(row: list[str], width: int) -> list[str]:
    cells = [visible(cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…") for cell in row[:width]]
    return cells + [""] * (width - len(cells))
