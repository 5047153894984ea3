"""Stale uploads with bytes, swept while others ask for objects, beside the rows alone in plain SQL."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from time import sleep

import psycopg

from benchmarks.measure import Measure, Sample
from benchmarks.scale.cells import HOLDALL, Cell
from benchmarks.scale.plan import Plan
from benchmarks.scale.seed import Seeded, write_blobs
from benchmarks.servers import Holdall
from benchmarks.sweeps import READERS, Figures, Readers, seed, sweep_by_command, sweep_by_sql

CLEANUP = "cleanup of stale uploads"
QUIET = "none, gets alone"
PLAIN_SQL = "plain SQL, rows alone"
QUIET_ROUNDS = 5
STAGE = """
    UPDATE objects_app_storedobject SET last_activity_at = now(), staged_size = 1024,
        staging_key = left(encode(sha256(id::bytea), 'hex'), 48), staged_sha256 = repeat('0', 64)
    WHERE account_id = %s
"""
LEFT = """
    SELECT COUNT(*) FROM objects_app_storedobject
    WHERE account_id = %s AND (state = 'UPLOADING' OR staging_key <> '')
"""
Sweep = Callable[[Holdall, "psycopg.Connection", Readers], Figures]


class Cleanup:
    """The rate is of rows, the times are of the gets that go on meanwhile; rows that are left are errors."""

    def __init__(self, holdall: Holdall, url: str, read: Seeded, plan: Plan) -> None:
        self.holdall = holdall
        self.url = url
        self.read = read
        self.plan = plan
        self.numbers = count(1)

    def measures(self) -> dict[Cell, Measure]:
        """In turns. Nobody else may have uploads open, which would be swept with these."""
        return {
            Cell(CLEANUP, QUIET, READERS): self.quiet,
            Cell(CLEANUP, HOLDALL, READERS): partial(self.swept, sweep_by_command),
            Cell(CLEANUP, PLAIN_SQL, READERS): partial(self.swept, sweep_by_sql),
        }

    def readers(self) -> Readers:
        return Readers(self.holdall, self.read.account, f"/v1/objects/{self.read.middle}")

    def quiet(self) -> Sample:
        with self.readers() as readers:
            sleep(self.plan.seconds * QUIET_ROUNDS)
        return _sample(Figures(0, 0, **readers.figures()))

    def swept(self, sweep: Sweep) -> Sample:
        stale = self._stale_uploads()
        with psycopg.connect(self.url, autocommit=True) as database:
            seed(database, stale.account.id, stale.tag, stale.count)
            if sweep is sweep_by_command:
                write_blobs(self.holdall.data_dir / "objects", stale.ids())
                database.execute(STAGE, [stale.account.id])
            sample = _sample(sweep(self.holdall, database, self.readers()))
            (left,) = database.execute(LEFT, [stale.account.id]).fetchone() or (0,)
        return replace(sample, errors=sample.errors + left)

    def _stale_uploads(self) -> Seeded:
        tag = f"stale{next(self.numbers):03}"
        return Seeded(self.holdall.create_account(tag), tag, self.plan.stale_uploads)


def _sample(figures: Figures) -> Sample:
    return Sample(
        rate=figures.rows_per_second,
        p50_ms=figures.p50,
        p99_ms=figures.p99,
        errors=figures.failed,
        operations=figures.rows,
    )
