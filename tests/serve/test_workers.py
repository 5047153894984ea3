"""Two workers under prefork and a schedule of its own, on one Redis and one PostgreSQL, with one of them killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from celery import Celery

from objects_app.models import AuditEvent, JobRun, State
from tests import live
from tests.factories import make_object, make_person
from tests.operations.history import row

WORKER = ("worker", "--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle")
SOON = {"SWEEP_UPLOADS_EVERY": "1s", "UPLOAD_LIFETIME": "1s", "UPLOAD_URL_LIFETIME": "1s"}


@pytest.fixture
def armed(tmp_path) -> Path:
    """Who comes to a failpoint that has the name of a file in it dies."""
    folder = tmp_path / "armed"
    folder.mkdir()
    return folder


@pytest.fixture
def start(postgresql_database, redis_url, tmp_path, armed):
    """`start("beat")` is such a process of Celery, in a process group of its own."""
    own = postgresql_database
    url = f"postgresql://{own['USER']}:{own['PASSWORD']}@/{own['NAME']}?host={own['HOST']}&port={own['PORT']}"
    services = {"DATABASE_URL": url, "REDIS_URL": redis_url}
    crash = {"DJANGO_SETTINGS_MODULE": "tests.crash.settings", "CRASH_FOLDER": str(armed)}
    environment = live.environment_of(tmp_path, **services, **crash, **SOON)
    (tmp_path / "broker").mkdir()
    started = []

    def start(*arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "config.celery", *arguments]
        process = subprocess.Popen(
            command, cwd=live.ROOT, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_deleted(stored_object) -> bool:
    return row(stored_object).state == State.DELETED


def send_at_once(job: str, redis_url: str, *, times: int) -> None:
    with Celery(broker=redis_url, set_as_current=False) as app:
        for _ in range(times):
            app.send_task(job)


def test_what_a_killed_worker_left_is_swept_by_the_other_and_runs_never_overlap(start, armed, redis_url):
    alice = make_person("alice")
    send_at_once("expire_stale_uploads", redis_url, times=100)
    first = start(*WORKER, "--hostname", "one@%h")
    start(*WORKER, "--hostname", "two@%h")
    start("beat")
    (armed / "delete.before_commit").touch()
    uploads = [make_object(alice, state=State.UPLOADING) for _ in range(3)]
    live.wait_until(lambda: list(armed.glob("delete.before_commit.*")), seconds=40)
    kill(first)
    live.wait_until(lambda: all(map(is_deleted, uploads)), seconds=40)
    assert AuditEvent.objects.filter(action="object.expired").count() == 3
    runs = JobRun.objects.filter(job="expire_stale_uploads", ended_at__isnull=False).order_by("started_at")
    assert all(earlier.ended_at <= later.started_at for earlier, later in pairwise(runs))
