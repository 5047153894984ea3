"""What the commands of all sweeps share: ages, limits, dry runs, and the exit code where there is trouble."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command

from objects_app import clock
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import Swept
from objects_app.management import sweeping
from objects_app.models import Job, JobRun, KeyUse, State, StoredObject
from objects_app.operations import objects
from tests.factories import make_object, store_blob
from tests.operations.history import row, storage_fails

COMMANDS = {job: "expire_uploads" if job == "expire_stale_uploads" else job for job in JOBS}


@pytest.fixture
def uploads(alice, set_clock) -> list[StoredObject]:
    """Left alone since 12:00, 12:10 and 12:20 of a day, on which it is 13:00 now."""
    made = []
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for minutes in (0, 10, 20):
        made.append(make_object(alice, f"upload {minutes}", state=State.UPLOADING))
        StoredObject.objects.filter(pk=made[-1].pk).update(last_activity_at=noon + timedelta(minutes=minutes))
    return made


def expired(uploads: list[StoredObject]) -> int:
    return [row(each).state for each in uploads].count(State.DELETED)


@pytest.mark.parametrize("job", JOBS)
def test_every_job_has_a_command_that_says_what_it_did(db, capsys, job):
    call_command(COMMANDS[job])
    assert capsys.readouterr().out == f"{job}: 0 with 0 bytes done.\n"
    run = JobRun.objects.get()
    assert (run.job, run.started_by) == (job, f"command:{job}")


@pytest.mark.parametrize("job", JOBS)
def test_a_dry_run_of_every_job_leaves_no_trace(db, capsys, job):
    call_command(COMMANDS[job], "--dry-run")
    assert capsys.readouterr().out == f"{job}: 0 with 0 bytes would go.\n"
    assert (JobRun.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("before", "count"),
    [
        ("2026-01-01T12:10", 2),
        ("2026-01-01T12:09:59", 1),
        ("2026-01-01T12:10Z", 2),
        ("2026-01-01T12:10+00:10", 1),
        ("2026-01-01 12:20", 3),
        ("2026-01-02", 3),
        ("2026-01-01", 0),
    ],
)
def test_a_moment_is_in_utc_unless_it_says_otherwise(uploads, before, count):
    call_command("expire_uploads", "--before", before)
    assert expired(uploads) == count


@pytest.mark.parametrize("before", ["yesterday", "", "12:00", "2026-13-01", "1"])
def test_what_is_no_moment_is_refused(db, before):
    with pytest.raises(CommandError, match="is not a time such as 2026-11-25T08:00"):
        call_command("expire_uploads", "--before", before)


def test_an_age_and_a_moment_exclude_each_other(db):
    with pytest.raises(CommandError, match="not allowed with argument"):
        call_command("expire_uploads", "--before", "2026-01-01", "--older-than", "1h")


def test_orphans_and_parts_are_swept_by_age(db, disk, capsys):
    old, _young = store_blob(b"orphan"), store_blob(b"young")
    os.utime(disk._path(old), (0, 0))
    call_command("remove_orphans", "--older-than", "1h")
    call_command("remove_parts", "--older-than", "1h")
    assert capsys.readouterr().out == "remove_orphans: 1 with 6 bytes done.\nremove_parts: 0 with 0 bytes done.\n"


@pytest.mark.parametrize("limit", [1, 2])
def test_a_dry_run_of_orphans_names_what_the_limit_would_take(db, disk, capsys, limit):
    keys = sorted(store_blob(b"orphan") for _ in range(3))
    options = ("--older-than", "0", "--limit", str(limit))
    call_command("remove_orphans", *options, "--dry-run")
    *lines, _ = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=2) for line in lines] == [[key, "6", "(no object names it)"] for key in keys[:limit]]
    call_command("remove_orphans", *options)
    assert [entry.key for entry in disk.list_blobs()] == keys[limit:]


def test_bytes_that_stayed_behind_are_named_with_their_object(alice, blobs, monkeypatch, capsys):
    deleted = make_object(alice, "left behind", content=b"hello")
    with monkeypatch.context() as broken:
        broken.setattr(blobs, "delete", storage_fails)
        objects.delete_object(deleted, actor=alice.actor)
    call_command("purge_bytes", "--dry-run")
    assert capsys.readouterr().out.splitlines()[0].split(maxsplit=2) == [deleted.pk, "5", "left behind"]
    assert row(deleted).blob_key


def test_a_run_that_finds_trouble_exits_with_it(alice, disk, capsys):
    damaged = make_object(alice)
    disk._path(damaged.blob_key).unlink()
    with pytest.raises(CommandError, match=f"{damaged.pk}: The stored bytes are missing."):
        call_command("verify_lengths")
    assert capsys.readouterr().out == "verify_lengths: 1 with 0 bytes done.\n"


def test_the_sweep_goes_on_after_a_job_that_finds_trouble(alice, disk, capsys):
    disk._path(make_object(alice).blob_key).unlink()
    with pytest.raises(CommandError, match="missing"):
        call_command("sweep")
    told = re.findall(r"^(\w+): ", capsys.readouterr().out, re.MULTILINE)
    assert told == list(JOBS)


def test_the_sweep_carries_out_the_jobs_that_are_named(db, capsys):
    call_command("sweep", "forget_sessions", "purge_bytes")
    assert re.findall(r"^(\w+): ", capsys.readouterr().out, re.MULTILINE) == ["forget_sessions", "purge_bytes"]
    assert {run.started_by for run in JobRun.objects.all()} == {"command:sweep"}


def test_an_unknown_job_is_refused(db):
    with pytest.raises(CommandError, match="invalid choice: 'clean'"):
        call_command("sweep", "clean")


def test_a_dry_run_never_prints_a_whole_session_id(db, capsys):
    Session.objects.create(session_key="0123456789abcdef", session_data="", expire_date=clock.ago(timedelta(1)))
    call_command("forget_sessions", "--dry-run")
    assert "012345" in (told := capsys.readouterr().out)
    assert "0123456" not in told


def test_a_dry_run_of_key_uses_names_the_key(alice, capsys):
    use = KeyUse.objects.create(key=alice.key, address="10.0.0.1")
    call_command("roll_up_key_uses", "--dry-run")
    assert capsys.readouterr().out.split()[:3] == [str(use.pk), "0", alice.key.pk]
    assert KeyUse.objects.exists()


def test_a_run_by_hand_has_a_day(db, monkeypatch):
    given, nothing = [], Swept(0, 0, more=False)
    monkeypatch.setattr(sweeping.runs, "run", lambda *_, **options: (given.append(options["longest"]), nothing)[1])
    call_command("purge_bytes")
    assert given == [timedelta(days=1)]


def test_a_job_that_fails_keeps_no_other_from_running(db, monkeypatch):
    failing = replace(JOBS["remove_orphans"], batch=storage_fails)
    monkeypatch.setitem(JOBS, "remove_orphans", failing)
    with pytest.raises(CommandError, match="remove_orphans: "):
        call_command("sweep")
    assert set(JobRun.objects.values_list("job", flat=True)) == set(JOBS)


def test_a_time_before_all_times_is_refused(db):
    with pytest.raises(CommandError, match="is not a time"):
        call_command("purge_bytes", "--before", "0001-01-01T00:00+14:00")
