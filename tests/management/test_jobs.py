"""`jobs`: what the periodic jobs did, for people and for programs."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from objects_app.lifecycle.jobs import JOBS
from objects_app.models import Job, JobRun

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def runs(db) -> list[JobRun]:
    """A good one, one that failed over two lines, and one that has no end."""
    Job.objects.create(name="purge_bytes", runs=2, failures=1, rows=3, bytes=4096, last_succeeded_at=START)
    outcomes = [("purge_bytes", "", True), ("purge_bytes", "first\nsecond", True), ("verify_lengths", "", False)]
    return [
        JobRun.objects.create(
            job=job,
            error=error,
            started_by="schedule",
            started_at=START + timedelta(minutes=number),
            ended_at=START + timedelta(minutes=number, seconds=5) if ended else None,
            rows=number,
            bytes=number * 10,
        )
        for number, (job, error, ended) in enumerate(outcomes)
    ]


def told(capsys, *options: str) -> list[list[str]]:
    call_command("jobs", *options)
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_every_job_has_a_line_with_its_totals(runs, capsys):
    lines = told(capsys)[1 : len(JOBS) + 1]
    assert [line[0] for line in lines] == list(JOBS)
    assert ["purge_bytes", "2", "1", "3", "4096", "2026-01-01", "12:00:00"] in lines
    assert ["verify_digests", "0", "0", "0", "0", "-"] in lines


def test_the_newest_runs_come_first_each_on_one_line(runs, capsys):
    assert told(capsys)[-3:] == [
        ["verify_lengths", "2026-01-01", "12:02:00", "-", "2", "20", "schedule"],
        ["purge_bytes", "2026-01-01", "12:01:00", "2026-01-01", "12:01:05", "1", "10", "schedule", "first", "second"],
        ["purge_bytes", "2026-01-01", "12:00:00", "2026-01-01", "12:00:05", "0", "0", "schedule"],
    ]


def test_one_job_can_be_shown_alone(runs, capsys):
    shown = [line[0] for line in told(capsys, "--job", "purge_bytes") if line]
    assert shown == ["JOB", "purge_bytes", "JOB", "purge_bytes", "purge_bytes"]


def test_failed_runs_can_be_shown_alone(runs, capsys):
    lines = told(capsys, "--failed")
    assert lines[lines.index([]) + 2 :] == [
        ["purge_bytes", "2026-01-01", "12:01:00", "2026-01-01", "12:01:05", "1", "10", "schedule", "first", "second"]
    ]


def test_a_limit_is_kept(runs, capsys):
    lines = told(capsys, "--limit", "1")
    assert [line[0] for line in lines[lines.index([]) + 2 :]] == ["verify_lengths"]


def test_programs_get_one_object_a_line_and_nothing_else(runs, capsys):
    call_command("jobs", "--json", "--job", "purge_bytes", "--limit", "1")
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "job": "purge_bytes",
        "started_at": "2026-01-01T12:01:00+00:00",
        "ended_at": "2026-01-01T12:01:05+00:00",
        "rows": 1,
        "bytes": 10,
        "started_by": "schedule",
        "error": "first\nsecond",
    }


def test_an_unknown_job_is_refused(db):
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("jobs", "--job", "clean")
