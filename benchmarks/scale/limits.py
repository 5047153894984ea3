"""What the machine and its PostgreSQL do by themselves: a statement by one client and by many, a disk, a hash."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg

from benchmarks.payload import BLOCK, Payload
from benchmarks.plan import CONCURRENCY
from benchmarks.references import dd_and_sync, repeated
from benchmarks.scale.plan import Plan
from benchmarks.scale.seed import Seeded

ID = "'obj_{tag}' || lpad({number}::text, 20, '0')"
STATEMENTS = {  # of the reference's tables
    "select of one row": "SELECT * FROM item WHERE id = {id}",
    "page of 20": """
        SELECT * FROM item WHERE account = '{account}' AND state <> 'DELETED'
            AND (created_at, id) < ((SELECT created_at FROM item WHERE id = {id}), {id})
        ORDER BY created_at DESC, id DESC LIMIT 21
    """,
    "insert": "INSERT INTO event (account, action, item) VALUES ('{account}', 'limit', {id})",
    "insert and update": """
        WITH event AS (INSERT INTO event (account, action, item) VALUES ('{account}', 'limit', ''))
        UPDATE item SET size_bytes = size_bytes + 1 WHERE id = {id}
    """,
}
RANDOM = "\\set number random(1, {count})\n"
PGBENCH_OPTIONS = ("--no-vacuum", "--protocol", "prepared", "--client", str(CONCURRENCY), "--jobs", "2")
PGBENCH_WITHIN = 60.0
RATE = "tps = "
Limit = tuple[str, float, str]  # what, how much, of what


def limits(url: str, seeded: Seeded, scratch: Path, plan: Plan) -> Iterator[Limit]:
    yield from _by_psycopg(url, seeded, plan.seconds)
    yield from _by_pgbench(url, seeded, scratch, plan.seconds)
    yield "dd conv=fsync of zeros", dd_and_sync(scratch, Payload(plan.transfer_mib))(), "MiB/s"
    yield "SHA-256 of a stream", repeated(lambda: hashlib.sha256(BLOCK).digest(), plan.seconds), "MiB/s"


def _by_psycopg(url: str, seeded: Seeded, seconds: float) -> Iterator[Limit]:
    """One connection."""
    numbers = count(1)
    with psycopg.connect(url, autocommit=True) as database:
        for name, statement in _statements(seeded, "%(number)s"):

            def call(statement: str = statement) -> object:
                return database.execute(statement, {"number": 1 + next(numbers) % seeded.count}, prepare=True)

            yield f"psycopg: {name}", repeated(call, seconds), "/s"


def _by_pgbench(url: str, seeded: Seeded, scratch: Path, seconds: float) -> Iterator[Limit]:
    program = shutil.which("pgbench")
    if not program:
        return
    length = ("--time", str(max(1, round(seconds))))
    for name, statement in _statements(seeded, ":number"):
        scratch.write_text(RANDOM.format(count=seeded.count) + statement.replace("\n", " ") + ";\n")
        done = subprocess.run(  # noqa: S603 our own command
            [program, *PGBENCH_OPTIONS, *length, "--file", str(scratch), url],
            check=True,
            capture_output=True,
            text=True,
            timeout=PGBENCH_WITHIN,
        )
        _, _, rate = done.stdout.partition(RATE)
        yield f"pgbench, {CONCURRENCY} clients: {name}", float(rate.split()[0]), "/s"


def _statements(seeded: Seeded, number: str) -> Iterator[tuple[str, str]]:
    object_id = ID.format(tag=seeded.tag, number=number)
    for name, statement in STATEMENTS.items():
        yield name, statement.format(account=seeded.account.id, id=object_id)
