"""Failing statements on SQLite, by number: refused, or carried out with the answer lost, where that can be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError

from objects_app.sqlite.base import DatabaseWrapper


class StatementFault:
    def __init__(self, message: str) -> None:
        self.message = message

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        self.left, self.hit = number, ""
        real = CursorWrapper._execute

        def execute(cursor: CursorWrapper, sql: str, *args: Any) -> Any:
            self._count(sql)
            return real(cursor, sql, *args)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(CursorWrapper, "_execute", execute)
            yield

    def _count(self, sql: str) -> None:
        self.left -= 1
        if self.left == -1:
            self.hit = sql[:100]
            raise OperationalError(self.message)


class CommitFault:
    """Whether a commit that fails was carried out, only the disk knows."""

    def __init__(self, message: str, *, carries_out: bool) -> None:
        self.message, self.carries_out = message, carries_out

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        self.left, self.hit = number, ""
        real = DatabaseWrapper._commit

        def commit(connection: DatabaseWrapper) -> None:
            self.left -= 1
            if self.left != -1:
                return real(connection)
            self.hit = "COMMIT"
            if self.carries_out:
                real(connection)
            raise OperationalError(self.message)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(DatabaseWrapper, "_commit", commit)
            yield
