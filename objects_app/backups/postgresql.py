"""PostgreSQL: pg_dump, and the names of the blobs, from one snapshot."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection

from objects_app.backups.files import whole_file
from objects_app.backups.named import Query, rows_of
from objects_app.backups.refusals import BackupRefused

# A backup may take hours, in one transaction that is idle while a large blob is copied.
NO_TIMEOUTS = """
    SELECT set_config(name, '0', false) FROM pg_settings
    WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
"""
MOST_THAT_IS_TOLD = 500  # characters of what a client program says


class PostgreSQL:
    vendor = "postgresql"

    @contextmanager
    def copied_out(self, target: Path, *, say: Callable[[str], None]) -> Iterator[Query]:
        with self._snapshot() as (snapshot, query):
            say("Database: pg_dump is at work.")
            with whole_file(target) as file:
                arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
                _run("pg_dump", *arguments, output=file)
            yield query

    @contextmanager
    def asked(self) -> Iterator[Query]:
        with self._snapshot() as (_, query):
            yield query

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[str, Query]]:
        reading = connection.copy("backup")
        reading.settings_dict["OPTIONS"].pop("pool", None)

        def query(statement: str) -> Iterator[tuple[Any, ...]]:
            with reading.chunked_cursor() as cursor:
                yield from rows_of(cursor, statement)

        with closing(reading), reading.cursor() as cursor:
            cursor.execute(NO_TIMEOUTS)
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor.fetchone()[0], query

    def is_empty(self) -> bool:
        ours = {*connection.introspection.django_table_names(), "django_migrations"}
        return not ours & set(connection.introspection.table_names())

    def take_in(self, copy: Path) -> None:
        arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(copy)]
        _run("pg_restore", *arguments)


def _run(program: str, *arguments: str, output: BinaryIO | None = None) -> None:
    """Its password goes through the environment: everybody on this machine can read command lines."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"{program} is not on the PATH: install the client programs of PostgreSQL.")
    place, environment = _place()
    done = subprocess.run(  # noqa: S603  the arguments are the settings'
        [found, "--no-password", *place, *arguments],
        env=os.environ | environment,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())[:MOST_THAT_IS_TOLD]
        raise BackupRefused(f"{program} failed: {said or f'exit code {done.returncode}'}")


def _place() -> tuple[list[str], dict[str, str]]:
    """Where the database is, as the client programs are told it."""
    settings = connection.settings_dict
    arguments, environment = connection.client.settings_to_cmd_args_env(settings, [])
    name = settings["NAME"]
    place = [*arguments[1:-1], f"--dbname={name}"] if name else [*arguments[1:]]
    return place, dict(environment or {})
