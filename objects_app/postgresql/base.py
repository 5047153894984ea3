"""Django's PostgreSQL, and cursors whose statements the server parses and plans once for each connection.

It takes PostgreSQL ten times as long to plan a look at one object, for which it weighs every index, as to find it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """With the parameters that the server has bound, too."""
        return super().last_executed_query(cursor, sql, params) or str(self.compose_sql(sql, params))


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    @contextmanager
    def committing_soon(self) -> Iterator[str]:
        """What an INSERT that is a transaction by itself has to return as well, so that nobody waits for the disk.

        The server writes it there within three times its `wal_writer_delay`, of 0.2 s by default.
        """
        yield ", set_config('synchronous_commit', 'off', true)"

    def kept_cursor(self) -> CursorWrapper:
        """For statements that are asked again and again and differ in nothing but their parameters.

        The server binds them, where Django's own cursors write them into the text. Whether it prepares statements is
        said by `prepare_threshold` among the OPTIONS.
        """
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor: CursorWrapper = self._prepare_cursor(Cursor(self.connection))  # type: ignore[attr-defined]
        return cursor
