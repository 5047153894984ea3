"""Accounts full of finished objects, in Holdall's database and in the reference's, by SQL: a million within minutes.

Ids follow from the account's tag and the object's number, so that both hold the same and nobody has to look them up.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.admin_seed import without_indexes
from benchmarks.requests import CONTENT
from benchmarks.servers import Account

SPREAD = 500
TRIGGERS = "ALTER TABLE objects_app_storedobject {} TRIGGER USER"
OBJECTS = """
    INSERT INTO objects_app_storedobject (
        id, account_id, name, folded_name, content_type, state, error_reason, metadata, is_public, was_public,
        visibility_epoch, created_by, created_at, last_activity_at, completed_at, verified_at, declared_sha256,
        staging_key, staged_sha256, blob_key, size_bytes, sha256
    )
    SELECT id, %(account)s, name, name, 'application/json', 'READ_ONLY', '', '{}', false, false, 0, 'a key', at, at,
        at, now(), '', '', '', left(encode(sha256(id::bytea), 'hex'), 48), 1024, encode(sha256(id::bytea), 'hex')
    FROM (
        SELECT 'obj_' || %(tag)s || lpad(n::text, 20, '0') AS id, 'build-' || n || '.json' AS name,
            now() - (%(count)s - n) * interval '10 ms' AS at
        FROM generate_series(1, %(count)s::bigint) AS n
    ) AS each
"""
COUNT = """
    INSERT INTO objects_app_objectcount (account_id, state, is_public, amount)
    VALUES (%(account)s, 'READ_ONLY', false, %(count)s)
"""
ITEMS = """
    INSERT INTO item (id, account, name, content_type, state, size_bytes, sha256, is_public, metadata, created_at)
    SELECT 'obj_' || %(tag)s || lpad(n::text, 20, '0'), %(account)s, 'build-' || n || '.json', 'application/json',
        'READ_ONLY', 1024, encode(sha256(n::text::bytea), 'hex'), false, '{}',
        now() - (%(count)s - n) * interval '10 ms'
    FROM generate_series(1, %(count)s::bigint) AS n
"""
KEY = "INSERT INTO reference_key (digest, account) VALUES (%s, %s)"


@dataclass(frozen=True)
class Seeded:
    """An account of `count` objects, of which number 1 is the oldest."""

    account: Account
    tag: str
    count: int

    def object_id(self, number: int) -> str:
        return f"obj_{self.tag}{number:020}"

    def ids(self, part: int = 0) -> list[str]:
        """Those of the part that follows `part` others, where there are several as large as this one."""
        start = part * self.count
        return [self.object_id(number) for number in range(start + 1, start + self.count + 1)]

    @property
    def some(self) -> list[str]:
        """Spread over the whole account."""
        return [self.object_id(number) for number in range(1, self.count + 1, max(1, self.count // SPREAD))]

    @property
    def middle(self) -> str:
        return self.object_id(self.count // 2)

    @property
    def parameters(self) -> dict[str, object]:
        return {"account": self.account.id, "tag": self.tag, "count": self.count}


def seed_holdall(url: str, accounts: Iterable[Seeded]) -> None:
    """Without the triggers that count each object."""
    with psycopg.connect(url, autocommit=True) as database, without_indexes(database, ["objects_app_storedobject"]):
        database.execute("SET maintenance_work_mem = '512MB'")
        database.execute(TRIGGERS.format("DISABLE"))
        for seeded in accounts:
            database.execute(OBJECTS, seeded.parameters)
            database.execute(COUNT, seeded.parameters)
        database.execute(TRIGGERS.format("ENABLE"))
    settle(url)


def seed_reference(url: str, accounts: Iterable[Seeded]) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        for seeded in accounts:
            database.execute(KEY, [hashlib.sha256(seeded.account.key.encode()).hexdigest(), seeded.account.id])
            database.execute(ITEMS, seeded.parameters)
    settle(url)


def settle(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("VACUUM ANALYZE")
        database.execute("CHECKPOINT")


def write_blobs(objects: Path, ids: Iterable[str]) -> None:
    """Small files in the places where the rows of these ids say that their bytes are."""
    for prefix in range(256):
        (objects / f"{prefix:02x}").mkdir(mode=0o700, exist_ok=True)
    for object_id in ids:
        key = hashlib.sha256(object_id.encode()).hexdigest()[:48]
        (objects / key[:2] / key).write_bytes(CONTENT)
