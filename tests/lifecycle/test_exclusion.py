"""One run of a job at a time, between real processes (race X19)."""

import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, connection

from objects_app.lifecycle import exclusion, runs
from objects_app.lifecycle.exclusion import only_one
from objects_app.lifecycle.sweeps import Swept
from objects_app.models import JobRun, State
from tests import live
from tests.factories import make_object, make_person

HOLDER = """
import sys
import django
django.setup()
from django.conf import settings
from objects_app.lifecycle.exclusion import only_one

with only_one(sys.argv[1]) as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""
JOB = "expire_stale_uploads"


@pytest.fixture
def environment(real_database, settings, tmp_path) -> dict[str, str]:
    """What another process needs for the same database and the same folder of locks."""
    settings.LOCKS_DIR = tmp_path / "locks"
    url = ""
    if connection.vendor == "postgresql":
        own = real_database
        url = f"postgresql://{own['USER']}:{own['PASSWORD']}@/{own['NAME']}?host={own['HOST']}&port={own['PORT']}"
    return live.environment_of(tmp_path, DJANGO_SETTINGS_MODULE="config.settings", DATABASE_URL=url)


@pytest.fixture
def start_holder(environment):
    """`start_holder(JOB)` is a process that has asked for the job and stands still, and what it was told."""
    started = []

    def start_holder(job: str = JOB) -> tuple[subprocess.Popen, str]:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, job],
            cwd=live.ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        started.append(holder)
        return holder, holder.stdout.readline().strip()

    yield start_holder
    for holder in started:
        holder.kill()
        holder.communicate()


def is_free(job: str = JOB) -> bool:
    with only_one(job) as is_ours:
        return is_ours


def test_of_two_processes_the_second_is_told_to_leave_it(start_holder):
    first, second = start_holder(), start_holder()
    assert (first[1], second[1]) == ("True", "False")


def test_another_job_may_run_beside(start_holder):
    start_holder("purge_bytes")
    assert (is_free(JOB), is_free("purge_bytes")) == (True, False)


def test_a_process_killed_with_9_frees_the_job(start_holder):
    holder, _ = start_holder()
    assert not is_free()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    live.wait_until(is_free, seconds=20)


def test_a_job_is_free_again_after_its_run(environment):
    assert [is_free() for _ in range(3)] == [True] * 3


def test_a_job_is_free_again_after_a_run_that_failed(environment):
    with pytest.raises(ZeroDivisionError), only_one(JOB):
        raise ZeroDivisionError
    assert is_free()


def test_a_second_scheduled_run_does_nothing_and_leaves_no_row(start_holder, settings):
    settings.UPLOAD_LIFETIME = settings.UPLOAD_LIFETIME * 0
    upload = make_object(make_person("alice"), state=State.UPLOADING)
    holder, _ = start_holder()
    assert runs.run_job(JOB, started_by="tests") == Swept(0, 0, more=False)
    assert not JobRun.objects.exists()
    holder.communicate()
    assert runs.run_job(JOB, started_by="tests").rows == 1
    assert type(upload).objects.get().state == State.DELETED


def test_a_connection_that_is_lost_has_lost_its_locks_and_hides_no_failure(monkeypatch):
    def lose():
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(exclusion, "connection", SimpleNamespace(cursor=lose))
    exclusion._unlock(1)
