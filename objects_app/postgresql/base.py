"""Django's PostgreSQL, and cursors whose statements the server parses and plans once for each connection.

It takes PostgreSQL ten times as long to plan a look at one object, for which it weighs every index, as to find it.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import CursorWrapper
from psycopg import Connection, Cursor, DataError
from psycopg.abc import Buffer
from psycopg.adapt import Loader


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """With the parameters that the server has bound, too."""
        return super().last_executed_query(cursor, sql, params) or str(self.compose_sql(sql, params))


class UtcLoader(Loader):
    """Reads times as Django's loader does, in a tenth of its time: its connections speak of UTC, in ISO 8601."""

    timezone = UTC  # by which Django's cursors see that it will do

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii")).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise DataError(f"Python has no such time: {bytes(data)!r}") from error


def was_cut(connection: Connection) -> bool:
    """Whether the server has ended a connection that nobody uses, as far as it could tell: no round trip is made.

    It says nothing on such a connection but that it ends it, or that a setting has changed, which is as good a reason
    for a new one.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One from the pool, which does not notice by itself that some of its own were cut."""
        connection = super().get_new_connection(conn_params)
        while self.pool and was_cut(connection):
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", UtcLoader)
        return connection

    def close_unless_usable(self) -> None:
        """Before the next call of a thread that keeps its connection, which saves it the way to the pool and back."""
        if not self.connection or self.in_atomic_block:
            return
        if self.errors_occurred or self.connection.closed or was_cut(self.connection):
            self.close()

    @contextmanager
    def committing_soon(self) -> Iterator[str]:
        """What a statement that is a transaction by itself has to return as well, so that nobody waits for the disk.

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
