"""Which blobs on disk a database names: asked in SQL, because a copy is no database of Django's.

The keys of those in a bucket have slashes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from objects_app.models import State
from objects_app.progress import Totals

ROWS_AT_ONCE = 2000
NAMED = """
    SELECT blob_key AS blob, id, name, state, size_bytes AS size, sha256 FROM objects_app_storedobject
    WHERE blob_key <> '' AND blob_key NOT LIKE '%/%'
    AND (state = 'READ_ONLY' OR (state = 'ERROR' AND completed_at IS NOT NULL))
    UNION ALL
    SELECT staging_key, id, name, state, staged_size, staged_sha256 FROM objects_app_storedobject
    WHERE staging_key <> '' AND staging_key NOT LIKE '%/%' AND state = 'UPLOADING'
"""
IN_ORDER = f"{NAMED} ORDER BY 1"
TOTALS = f"SELECT count(*), coalesce(sum(size), 0) FROM ({NAMED}) AS named"  # noqa: S608  two constants
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY id"

Query = Callable[[str], Iterator[tuple[Any, ...]]]


@dataclass(frozen=True)
class NamedBlob:
    key: str
    object_id: str
    name: str
    state: str
    size: int | None
    sha256: str

    @property
    def is_staged(self) -> bool:
        return self.state == State.UPLOADING

    @property
    def is_known_as_damaged(self) -> bool:
        """Its bytes may be all that is left: they are kept as they are."""
        return self.state == State.ERROR


def named_blobs(query: Query) -> Iterator[NamedBlob]:
    """In the order of their keys, never all at once."""
    for row in query(IN_ORDER):
        yield NamedBlob(*row)


def totals(query: Query) -> Totals:
    blobs, bytes_ = next(query(TOTALS))
    return Totals(blobs, int(bytes_))


def migrations(query: Query) -> list[str]:
    return [f"{app}.{name}" for app, name in query(MIGRATIONS)]


def rows_of(cursor: Any, statement: str) -> Iterator[tuple[Any, ...]]:
    cursor.execute(statement)
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield from rows
