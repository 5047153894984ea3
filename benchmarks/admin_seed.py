"""A large installation in PostgreSQL, by the plain SQL of `admin.sql`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from objects_app.ids import first_id

AGE = timedelta(days=400)
ACCOUNTS = 1_000
KEYS = 10_000
ROWS = Path(__file__).with_suffix(".sql").with_stem("admin")
SETTINGS = """
    SET session_replication_role = replica;  -- no triggers: objects are counted at the end
    SET synchronous_commit = off;
    SET maintenance_work_mem = '512MB';
    CREATE TEMPORARY TABLE seeded (kind text, n int, at timestamptz, id text, PRIMARY KEY (kind, n));
"""
OBJECTS = """
    CREATE TEMPORARY TABLE seeded_object AS
    SELECT each.n, each.id, each.at, account.id AS account_id,
        CASE WHEN each.n %% 99991 = 0 THEN 'needle-' ELSE 'build-' END || each.n || '.tar.gz' AS name,
        CASE
            WHEN each.n %% 200 = 0 THEN 'UPLOADING'
            WHEN each.n %% 100 = 1 THEN 'ERROR'
            WHEN each.n %% 5 = 2 THEN 'DELETED'
            ELSE 'READ_ONLY'
        END AS state,
        each.n %% 20 = 3 AS is_public,
        CASE WHEN each.n %% 50021 = 3 THEN 2147483648 WHEN each.n %% 1000 = 3 THEN 0 ELSE each.n END AS size
    FROM seeded AS each
    JOIN seeded AS account ON account.kind = 'acc'
        AND account.n = CASE WHEN each.n %% 2 = 0 THEN 1 ELSE 1 + each.n %% %(accounts)s END
    WHERE each.kind = 'obj';
    ANALYZE seeded_object;
"""
TABLES = [f"objects_app_{name}" for name in ("account", "user", "membership", "apikey", "storedobject", "auditevent")]
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def seed(url: str, *, objects: int, events: int) -> None:
    counts = {"accounts": ACCOUNTS, "keys": KEYS, "objects": objects, "events": events}
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as database:
        database.execute(SETTINGS)
        _make_ids(database, {"acc": ACCOUNTS, "key": KEYS, "obj": objects})
        database.execute(OBJECTS, counts)
        with without_indexes(database, TABLES):
            database.execute(ROWS.read_bytes(), counts)
        database.execute("VACUUM ANALYZE")
        database.execute("CHECKPOINT")


def _make_ids(database: psycopg.Connection, counts: dict[str, int]) -> None:
    """Ids begin with the time, and events come in the order of theirs."""
    began = datetime.now(UTC) - AGE
    with database.cursor().copy("COPY seeded FROM STDIN") as copy:
        for kind, count in counts.items():
            for number in range(1, count + 1):
                at = began + AGE * (number / count)
                copy.write_row((kind, number, at, f"{first_id(kind, at)[:-6]}{number % 1_000_000:06}"))
    database.execute("ANALYZE seeded")


@contextmanager
def without_indexes(database: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """To build them at the end takes a fraction of the time."""
    indexes = database.execute(INDEXES, [tables]).fetchall()
    for name, _ in indexes:
        database.execute(psycopg.sql.SQL("DROP INDEX {}").format(psycopg.sql.Identifier(name)))
    yield
    for _, definition in indexes:
        database.execute(definition)
