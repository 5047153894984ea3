"""SQLite: copied page by page from one snapshot while writers go on."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from objects_app.backups.files import open_private, part_of, put_in_place, whole_file
from objects_app.backups.named import Query, rows_of
from objects_app.backups.refusals import BackupRefused

PAGES_AT_ONCE = 2000


class SQLite:
    vendor = "sqlite"

    def __init__(self) -> None:
        self.path = Path(connection.settings_dict["NAME"])

    @contextmanager
    def copied_out(self, target: Path, *, say: Callable[[str], None]) -> Iterator[Query]:
        open_private(part_of(target)).close()
        with closing(sqlite3.connect(part_of(target), isolation_level=None)) as copy:
            self._copy(copy, say=say)
            say("Checking the copy of the database.")
            verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise BackupRefused(f"The database is damaged, and no backup was made of it: {verdict}.")
        with part_of(target).open("rb") as file:
            os.fsync(file.fileno())
        put_in_place(target)
        with closing(sqlite3.connect(uri(target, "mode=ro&immutable=1"), uri=True)) as copy:
            yield partial(rows_of, copy.cursor())

    def _copy(self, copy: sqlite3.Connection, *, say: Callable[[str], None]) -> None:
        """The open transaction keeps the snapshot: without it every commit of others would start the copy anew."""

        def tell(_status: int, left: int, total: int) -> None:
            say(f"Database: {(total - left) * 100 // max(total, 1)} % of {total} pages.")

        copy.execute("PRAGMA synchronous=OFF")  # the whole file is synced at the end
        with closing(sqlite3.connect(uri(self.path, "mode=rw"), uri=True, isolation_level=None, timeout=20)) as source:
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(copy, pages=PAGES_AT_ONCE, progress=tell)
            source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it

    @contextmanager
    def asked(self) -> Iterator[Query]:
        with connection.cursor() as cursor:
            yield partial(rows_of, cursor)

    def is_empty(self) -> bool:
        return not self.path.exists() or not connection.introspection.table_names()

    def take_in(self, copy: Path) -> None:
        connection.close()
        for beside in ("-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + beside).unlink(missing_ok=True)
        with copy.open("rb") as source, whole_file(self.path) as target:
            shutil.copyfileobj(source, target, 1024 * 1024)


def uri(path: Path, options: str) -> str:
    return f"file:{quote(str(path))}?{options}"
