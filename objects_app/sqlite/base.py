"""A queue for the writers of one process.

SQLite has one writer at a time, and whoever finds it busy sleeps and tries again, in no order: under load the unlucky
wait for seconds while the lock changes hands in microseconds. Here threads queue up before they begin a transaction;
SQLite's own lock, with its timeout, then only arbitrates between processes.
"""

from collections import defaultdict
from threading import Lock
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_queues: defaultdict[str, Lock] = defaultdict(Lock)


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._queue = _queues[str(self.settings_dict["NAME"])]
        self._is_writing = False

    def _start_transaction_under_autocommit(self) -> None:
        if not self._queue.acquire(timeout=self.settings_dict["OPTIONS"]["timeout"]):
            raise OperationalError("database is locked")
        self._is_writing = True
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
