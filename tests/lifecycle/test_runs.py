"""Runs of jobs: how far they go, and the row that each leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError

from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import Swept
from objects_app.models import JobRun

NOTHING = Swept(rows=0, bytes=0, more=False)


def plan(monkeypatch, batch) -> None:
    """What `purge_bytes` does instead of purging."""
    monkeypatch.setitem(JOBS, "purge_bytes", replace(JOBS["purge_bytes"], batch=batch))


def test_a_run_goes_on_until_nothing_is_left_and_leaves_a_row(db, monkeypatch):
    batches = iter([Swept(2, 10, more=True), Swept(1, 5, more=False)])
    plan(monkeypatch, lambda *_: next(batches))
    assert runs.run_job("purge_bytes", started_by="tests") == Swept(3, 15, more=False)
    run = JobRun.objects.get()
    assert (run.job, run.started_by, run.rows, run.bytes, run.error) == ("purge_bytes", "tests", 3, 15, "")
    assert run.ended_at >= run.started_at


def test_a_run_ends_after_its_time_even_if_there_is_more(db, monkeypatch):
    ticks = iter(range(100))
    monkeypatch.setattr(runs.time, "monotonic", lambda: next(ticks))
    plan(monkeypatch, lambda *_: Swept(1, 0, more=True))
    swept = runs.run_job("purge_bytes", started_by="tests", longest=timedelta(seconds=4))
    assert (swept.more, swept.rows) == (True, 3)


def test_a_run_that_fails_says_so_and_keeps_what_was_done(db, monkeypatch):
    def fail_at_last():
        yield Swept(2, 10, more=True)
        raise DatabaseError("gone")

    batches = fail_at_last()
    plan(monkeypatch, lambda *_: next(batches))
    with pytest.raises(DatabaseError):
        runs.run_job("purge_bytes", started_by="tests")
    run = JobRun.objects.get()
    assert (run.rows, run.error, run.ended_at is None) == (2, "DatabaseError: gone", False)


@pytest.mark.parametrize("job", JOBS)
def test_every_job_runs_twice_on_an_idle_system(db, job):
    assert [runs.run_job(job, started_by="tests") for _ in range(2)] == [NOTHING, NOTHING]
