"""The database that the settings name, as something that is copied out and taken in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.db import connection

from objects_app.backups.named import Query
from objects_app.backups.postgresql import PostgreSQL
from objects_app.backups.sqlite import SQLite


class Database(Protocol):
    vendor: str

    def copied_out(self, target: Path, *, say: Callable[[str], None]) -> AbstractContextManager[Query]:
        """Copy the database into `target`, then answer queries as of that copy."""
        ...

    def asked(self) -> AbstractContextManager[Query]:
        """Answer queries as of now."""
        ...

    def is_empty(self) -> bool:
        """Whether it holds none of our tables."""
        ...

    def take_in(self, copy: Path) -> None:
        """All of it or nothing."""
        ...


def current_database() -> Database:
    return PostgreSQL() if connection.vendor == "postgresql" else SQLite()
