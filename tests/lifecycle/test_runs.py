"""Runs of jobs: how far they go, and the row that each leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError

from objects_app import clock
from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import Swept
from objects_app.models import Job, JobRun, State
from tests.factories import make_object

NOTHING = Swept(rows=0, bytes=0, more=False)


def plan(monkeypatch, batch) -> None:
    """What `purge_bytes` does instead of purging."""
    monkeypatch.setitem(JOBS, "purge_bytes", replace(JOBS["purge_bytes"], batch=batch, batch_size=0))


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


def by_hand(**options) -> Swept:
    bounds = {"before": clock.now(), "started_by": "tests", "longest": timedelta(seconds=5)}
    return runs.run(JOBS["purge_bytes"], **bounds, **options)


def test_a_limit_is_kept_across_batches(db, monkeypatch):
    sizes = []
    monkeypatch.setattr(runs, "BATCH", 4)
    plan(monkeypatch, lambda _before, limit, _cursor: (sizes.append(limit), Swept(limit, 0, more=True))[1])
    assert (by_hand(limit=10).rows, sizes) == (10, [4, 4, 2])


def test_a_process_that_is_asked_to_end_stops_after_its_batch(db, monkeypatch):
    batches = []
    monkeypatch.setattr(runs.ending, "is_set", lambda: len(batches) == 2)
    plan(monkeypatch, lambda *_: (batches.append(1), Swept(1, 0, more=True))[1])
    assert by_hand() == Swept(2, 0, more=True)
    assert JobRun.objects.get().ended_at


def test_a_run_takes_nothing_that_came_after_its_beginning(alice, monkeypatch):
    def more_comes(name):
        if name == "sweep.after_batch":
            make_object(alice, state=State.UPLOADING)

    make_object(alice, state=State.UPLOADING)
    monkeypatch.setattr(runs, "BATCH", 1)
    monkeypatch.setattr("objects_app.failpoints.hook", more_comes)
    swept = runs.run(JOBS["expire_stale_uploads"], before=clock.now(), started_by="tests", longest=timedelta(seconds=5))
    assert swept.rows == 1


def test_the_totals_of_a_job_add_up_over_runs_and_failures(db, monkeypatch):
    outcomes = iter([Swept(2, 10, more=False), DatabaseError("gone"), Swept(1, 5, more=False, trouble=("bad",))])

    def batch(*_):
        outcome = next(outcomes)
        if isinstance(outcome, DatabaseError):
            raise outcome
        return outcome

    plan(monkeypatch, batch)
    by_hand()
    with pytest.raises(DatabaseError):
        by_hand()
    by_hand()
    job = Job.objects.get(pk="purge_bytes")
    assert (job.runs, job.failures, job.rows, job.bytes) == (3, 2, 3, 15)
    assert job.last_succeeded_at < job.last_ended_at


def test_the_next_scheduled_run_goes_on_where_the_last_one_ended_even_if_it_failed(db, monkeypatch):
    cursors, outcomes = [], iter([Swept(1, 0, more=True, cursor="b"), None, Swept(1, 0, more=False)])

    def batch(_before, _limit, cursor):
        cursors.append(cursor)
        return next(outcomes) or 1 / 0

    plan(monkeypatch, batch)
    with pytest.raises(ZeroDivisionError):
        runs.run_job("purge_bytes", started_by="tests")
    runs.run_job("purge_bytes", started_by="tests")
    assert (cursors, Job.objects.get(pk="purge_bytes").cursor) == (["", "b", "b"], "")


def test_a_run_by_hand_begins_at_the_beginning_and_does_not_move_the_schedules_place(db, monkeypatch):
    cursors = []
    Job.objects.create(name="purge_bytes", cursor="m")
    plan(monkeypatch, lambda *arguments: (cursors.append(arguments[2]), Swept(1, 0, more=False, cursor="z"))[1])
    by_hand()
    assert (cursors, Job.objects.get().cursor, Job.objects.get().runs) == ([""], "m", 1)


def test_trouble_of_all_batches_is_told_up_to_twenty_lines(db, monkeypatch):
    batches = iter([Swept(1, 0, more=True, trouble=(f"line {n}",)) for n in range(30)] + [NOTHING])
    plan(monkeypatch, lambda *_: next(batches))
    by_hand()
    assert JobRun.objects.get().error.splitlines() == [f"line {n}" for n in range(20)]


@pytest.mark.parametrize("second", [DatabaseError, InterfaceError])
def test_a_database_that_dies_does_not_hide_the_first_failure(db, monkeypatch, caplog, second):
    def dies(*_):
        monkeypatch.setattr(runs.transaction, "atomic", dead)
        raise DatabaseError("the first failure")

    def dead():
        raise second("connection already closed")

    plan(monkeypatch, dies)
    with pytest.raises(DatabaseError, match="the first failure"):
        by_hand()
    assert "a run of purge_bytes could not be written down" in caplog.text


def test_runs_are_kept_for_thirty_days_and_totals_for_ever(db, set_clock):
    start = set_clock(hours=0)
    _, young = (JobRun.objects.create(job="sweep", started_at=start + timedelta(days=days)) for days in (0, 1))
    Job.objects.create(name="sweep", runs=2)
    set_clock(days=30)
    runs.run_job("forget_job_runs", started_by="tests")
    assert set(JobRun.objects.filter(job="sweep")) == {young}
    assert Job.objects.get(pk="sweep").runs == 2
