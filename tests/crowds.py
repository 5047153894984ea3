"""Databases of 100,000 objects, of which each test sees the same, and what statements read there."""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from config import databases
from tests.databases import NAME, everything_in, new_postgresql

TABLE = "objects_app_storedobject"
MOST_READ = 10_000  # rows
FEW = 100  # may be sorted, to join them with their accounts
NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)",
    "postgresql": "WITH numbers(n) AS (SELECT * FROM generate_series(1, 100000))",
}
WRONG_STEP = re.compile(rf"SCAN {TABLE}(?! USING)|USE TEMP B-TREE FOR .*ORDER BY")
MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', ({}) || ' seconds')",
    "postgresql": "now() + ({}) * interval '1 second'",
}
ACCOUNTS = (
    "INSERT INTO objects_app_account (id, name, created_at) VALUES ('acc_1', 'one', {now}), ('acc_2', 'two', {now})"
)
OBJECTS = """
    INSERT INTO objects_app_storedobject (
        id, account_id, name, folded_name, content_type, state, error_reason, metadata, is_public, was_public,
        visibility_epoch, created_by, created_at, last_activity_at, completed_at, deleted_at, delete_after, verified_at,
        declared_sha256, staging_key, staged_sha256, blob_key, size_bytes, sha256
    )
    {numbers}, objects AS (
        SELECT n, CASE WHEN n % 10 = 1 THEN 'UPLOADING' WHEN n % 10 = 2 THEN 'ERROR' WHEN n % 10 = 3 THEN 'DELETED'
            ELSE 'READ_ONLY' END AS state
        FROM numbers
    )
    SELECT 'obj_' || n, CASE n % 3 WHEN 0 THEN 'acc_2' ELSE 'acc_1' END, 'name ' || n, 'name ' || n,
        CASE n / 10 % 5 WHEN 0 THEN 'text/plain' ELSE 'image/png' END, state, '', '{{}}',
        state = 'READ_ONLY' AND n % 3 = 1, state = 'READ_ONLY' AND n % 3 = 1, 0, 'a key', {created}, {created},
        CASE WHEN state = 'READ_ONLY' THEN {created} END, CASE WHEN state = 'DELETED' THEN {created} END,
        CASE WHEN n % 50 = 0 THEN {ending} END, CASE WHEN state = 'READ_ONLY' THEN {created} END, '',
        CASE WHEN n % 1000 = 53 OR state = 'UPLOADING' THEN 'staged ' || n ELSE '' END, '',
        CASE WHEN state = 'READ_ONLY' THEN 'blob ' || n ELSE '' END, CASE WHEN state <> 'UPLOADING' THEN n % 1000 END,
        CASE WHEN state = 'READ_ONLY' AND n % 1000 <> 4 THEN 'digest' ELSE '' END
    FROM objects
"""


@pytest.fixture(scope="module")
def crowded_sqlite(migrated_sqlite, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, Any]]:
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("crowd") / "crowd.sqlite3")
    database = databases.sqlite(Path(path))
    with django_db_blocker.unblock(), everything_in(database):
        seed()
    return database


@pytest.fixture(scope="module")
def crowded_postgresql(migrated_postgresql, django_db_blocker) -> Iterator[dict[str, Any]]:
    template = migrated_postgresql.rpartition("/")[2]
    with new_postgresql(f"{NAME}_crowd", f"TEMPLATE {template}") as url:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        database = databases.postgresql(url)
        with django_db_blocker.unblock(), everything_in(database):
            seed()
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def crowd(request, django_db_blocker) -> Iterator[None]:
    """The test runs once on each."""
    database = request.getfixturevalue(f"crowded_{request.param}")
    with django_db_blocker.unblock(), everything_in(database):
        yield


def seed() -> None:
    moment = MOMENT[connection.vendor].format
    words = {
        "numbers": NUMBERS[connection.vendor],
        "now": moment("0"),
        "created": moment("n - 101000"),
        "ending": moment("n - 1000"),
    }
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS.format(**words))
        cursor.execute(OBJECTS.format(**words))
        cursor.execute("ANALYZE")


@dataclass(frozen=True)
class Asked:
    """A statement about objects. One that is kept is planned for the values of its first calls, and later for any."""

    sql: str
    parameters: Sequence[Any]
    is_kept: bool

    def faults(self) -> list[str]:
        """What is wrong with the ways in which the database reads what is asked for."""
        if connection.vendor == "sqlite":
            return self._faults_on_sqlite()
        return self._faults_of(self._explained()) + (self._faults_of(self._explained_for_any()) if self.is_kept else [])

    def _faults_on_sqlite(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {self.sql}", self.parameters)
            steps = [row[-1] for row in cursor.fetchall()]
        return [step for step in steps if WRONG_STEP.search(step)]

    def _faults_of(self, plan: Any) -> list[str]:
        return [fault for node in nodes(plan[0]["Plan"]) if (fault := _fault_of(node))]

    def _explained(self) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {self.sql}", self.parameters)
            return cursor.fetchone()[0]

    def _explained_for_any(self) -> Any:
        numbers = count(1)
        numbered = re.sub("%[s%]", lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", self.sql)
        values = f"({', '.join(['%s'] * len(self.parameters))})" if self.parameters else ""
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan")
            cursor.execute(f"PREPARE kept AS {numbered}")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE kept{values}", self.parameters)
            return cursor.fetchone()[0]


@contextmanager
def asked() -> Iterator[list[Asked]]:
    """What is asked of the table of objects meanwhile."""
    statements: list[Asked] = []

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and TABLE in sql:
            statements.append(Asked(sql, params or (), type(context["cursor"].cursor) is psycopg.Cursor))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield statements


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def _fault_of(node: dict[str, Any]) -> str:
    kind = node["Node Type"]
    if kind in ("Sort", "Incremental Sort") and node["Plans"][0]["Actual Rows"] > FEW:
        return kind
    if kind == "Seq Scan" and node["Relation Name"] == TABLE:
        return kind
    read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return f"{kind} of {read} rows" if read > MOST_READ else ""
