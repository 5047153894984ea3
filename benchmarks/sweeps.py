"""How fast stale uploads are swept on PostgreSQL, beside the same work in plain SQL: `python -m benchmarks.sweeps`.

Web requests go on meanwhile. DATABASE_URL names the (empty) database; without it the one of the tests is started.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import psycopg

from benchmarks import processes, servers
from benchmarks.databases import start_postgres

PATIENCE_SECONDS = 60.0
READERS = 4
BATCH = 500
PAGE = "/v1/objects?limit=20&include_total_count=false"
SEED = """
    INSERT INTO objects_app_storedobject (
        id, account_id, name, folded_name, content_type, state, error_reason, metadata, is_public, was_public,
        visibility_epoch, created_by, created_at, last_activity_at, declared_sha256, staging_key, staged_sha256,
        blob_key, sha256
    )
    SELECT 'obj_' || %(prefix)s || lpad(n::text, 20, '0'), %(account)s, 'build-' || n, 'build-' || n, 'binary',
        'UPLOADING', '', '{}', false, false, 0, 'a key', now() - interval '3 days', now() - interval '2 days',
        '', '', '', '', ''
    FROM generate_series(1, %(count)s) AS n
"""
PICK = """
    SELECT id, account_id, name FROM objects_app_storedobject
    WHERE state = 'UPLOADING' AND last_activity_at <= now() ORDER BY last_activity_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
BURY = """
    UPDATE objects_app_storedobject
    SET state = 'DELETED', deleted_at = now(), metadata = '{}', sha256 = '', staged_sha256 = '', declared_sha256 = '',
        error_reason = ''
    WHERE id = ANY(%s) AND state <> 'DELETED'
"""
FORGET = "DELETE FROM objects_app_metadatapair WHERE stored_object_id = ANY(%s)"
RECORD = """
    INSERT INTO objects_app_auditevent (
        at, account_id, actor_kind, actor_id, actor_label, via, action, target_type, target_id, target_label, result,
        request_id, details
    ) VALUES (now(), %s, 'system', 'sql', 'sql', 'worker', 'object.expired', 'storedobject', %s, %s, 'ok', '', '{}')
"""


@dataclass
class Figures:
    """Of one pass. `p50` and `p99` are of the requests that went on meanwhile, in milliseconds; memory is in MiB."""

    rows: int
    rows_per_second: float
    requests: int = 0
    failed: int = 0
    p50: float = 0.0
    p99: float = 0.0
    memory_early: float = 0.0
    memory_peak: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = os.environ.get("DATABASE_URL") or start_postgres(folder)
        os.environ["DATABASE_URL"] = url
        server = stack.enter_context(servers.holdall(folder))
        database = stack.enter_context(psycopg.connect(url, autocommit=True))
        for number in range(options.rounds):
            for name, sweep in {"holdall": sweep_by_command, "plain SQL": sweep_by_sql}.items():
                account = server.create_account(f"{name} {number}")
                seed(database, account.id, f"{number}{name[0]}", options.uploads)
                figures = sweep(server, database, Readers(server, account, PAGE))
                print(name, json.dumps(asdict(figures)), flush=True)


def seed(database: psycopg.Connection, account_id: str, prefix: str, count: int) -> None:
    database.execute(SEED, {"account": account_id, "prefix": prefix, "count": count})
    database.execute("VACUUM ANALYZE objects_app_storedobject")
    database.execute("CHECKPOINT")


def sweep_by_command(server: servers.Holdall, database: psycopg.Connection, readers: "Readers") -> Figures:
    with readers:
        command = [*servers.MANAGE, "expire_uploads", "--older-than", "0"]
        sweeper = subprocess.Popen(command, env=server.environment(), cwd=servers.PROJECT, stdout=subprocess.DEVNULL)  # noqa: S603 ours
        memory = watch_memory(sweeper)
    query = """
        SELECT rows, rows / extract(epoch FROM ended_at - started_at) FROM objects_app_jobrun
        WHERE job = 'expire_stale_uploads' AND rows > 0 ORDER BY id DESC LIMIT 1
    """
    rows, per_second = database.execute(query).fetchone() or (0, 0)
    early = memory[len(memory) // 3]
    return Figures(rows, float(per_second), **readers.figures(), memory_early=early, memory_peak=max(memory))


def watch_memory(process: "subprocess.Popen[bytes]") -> list[float]:
    found = [0.0]
    while process.poll() is None:
        found.append(processes.resident_kib(process.pid) / 1024)
        time.sleep(0.1)
    return found


def sweep_by_sql(_server: servers.Holdall, database: psycopg.Connection, readers: "Readers") -> Figures:
    """The same rows, the same batches and the same facts, without Holdall."""
    rows, started = 0, time.monotonic()
    with readers:
        while picked := _sweep_batch(database):
            rows += picked
        seconds = time.monotonic() - started
    return Figures(rows, rows / seconds, **readers.figures())


def _sweep_batch(database: psycopg.Connection) -> int:
    with database.transaction(), database.cursor() as cursor:
        picked = cursor.execute(PICK, [BATCH]).fetchall()
        ids = [row[0] for row in picked]
        cursor.execute(BURY, [ids])
        cursor.execute(FORGET, [ids])
        cursor.executemany(RECORD, [(account, target, name) for target, account, name in picked])
    return len(picked)


class Readers:
    """Clients that ask for one thing for as long as the block lasts."""

    def __init__(self, server: servers.Holdall, account: servers.Account, target: str) -> None:
        self.url = f"http://{server.address}{target}"
        self.headers = {"Authorization": f"Bearer {account.key}"}
        self.times: list[float] = []
        self.failed = 0
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._read) for _ in range(READERS)]

    def __enter__(self) -> "Readers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _read(self) -> None:
        with httpx.Client(headers=self.headers, timeout=PATIENCE_SECONDS) as client:
            while not self.over.wait(0.02):
                started = time.monotonic()
                status = client.get(self.url).status_code
                self.times.append((time.monotonic() - started) * 1000)
                self.failed += status != httpx.codes.OK

    def figures(self) -> dict[str, float]:
        points = statistics.quantiles(self.times, n=100)
        return {"requests": len(self.times), "failed": self.failed, "p50": points[49], "p99": points[98]}


if __name__ == "__main__":
    main()
