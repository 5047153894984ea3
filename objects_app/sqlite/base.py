"""A queue for the writers of one process.

SQLite has one writer at a time, and whoever finds it busy sleeps and tries again, in no order: under load the unlucky
wait for seconds while the lock changes hands in microseconds. Here threads queue up before they begin a transaction;
SQLite's own lock, with its timeout, then only arbitrates between processes.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError

_queues: defaultdict[str, Lock] = defaultdict(Lock)


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._queue = _queues[str(self.settings_dict["NAME"])]
        self._is_writing = False
        self._patience: float | None = None

    def kept_cursor(self) -> CursorWrapper:
        """For statements that are asked again and again: SQLite's driver keeps what it has prepared by itself."""
        return self.cursor()

    def close_unless_usable(self) -> None:
        self.close_if_unusable_or_obsolete()

    @contextmanager
    def committing_soon(self) -> Iterator[str]:
        """For one statement, a transaction by itself that is on the disk with the next one that is committed otherwise.

        Nothing needs to be returned for it.
        """
        self.ensure_connection()
        self._queue_up()
        try:
            self.connection.execute("PRAGMA synchronous = NORMAL")
            try:
                yield ""
            finally:
                self.connection.execute("PRAGMA synchronous = FULL")
        finally:
            self._leave()

    @contextmanager
    def waiting_at_most(self, seconds: float) -> Iterator[None]:
        """For writes that are not worth the usual wait: whoever reads goes on without them."""
        self._set_busy_timeout(seconds)
        self._patience = seconds
        try:
            yield
        finally:
            self._patience = None
            self._set_busy_timeout(self._usual_patience)

    @property
    def _usual_patience(self) -> float:
        seconds: float = self.settings_dict["OPTIONS"]["timeout"]
        return seconds

    def _set_busy_timeout(self, seconds: float) -> None:
        self.ensure_connection()
        self.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _queue_up(self) -> None:
        patience = self._usual_patience if self._patience is None else self._patience
        if not self._queue.acquire(timeout=patience):
            raise OperationalError("database is locked")
        self._is_writing = True

    def _start_transaction_under_autocommit(self) -> None:
        self._queue_up()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # not in the stubs
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # not in the stubs
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._is_writing:
            self._is_writing = False
            self._queue.release()
