"""When a child is started, and when it is started again."""

import subprocess
import sys

import pytest

from objects_app.supervisor import Backoff, Child
from tests import live


@pytest.fixture
def child():
    """Ends at once with 3."""
    child = Child("worker", ["timeit", "-n", "1", "-r", "1", "import os; os._exit(3)"])
    yield child
    child.kill()


def test_the_pause_doubles_up_to_thirty_seconds():
    backoff = Backoff()
    assert [backoff.after(0.5) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_good_minute_makes_the_pause_short_again():
    backoff = Backoff(pause=16)
    assert [backoff.after(60), backoff.after(59)] == [1, 2]


def test_a_child_that_ended_waits_for_its_pause(child, caplog):
    child.look_after(now=100)
    child.process.wait()
    child.look_after(now=101)
    child.look_after(now=101.9)
    assert child.process is None
    assert "worker ended with 3; it starts again in 1 s" in caplog.text


def test_a_child_starts_again_after_its_pause(child):
    child.look_after(now=100)
    child.process.wait()
    child.look_after(now=101)
    child.look_after(now=102)
    assert child.process is not None


def test_the_supervisor_never_loads_django():
    """It stays as long as the server does, and would hold more memory than a worker."""
    loaded = "import config.supervision, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", loaded], stdout=subprocess.PIPE, text=True, check=True)
    assert not {"django.conf", "django.db", "django.http"} & set(run.stdout.split())


def test_a_web_process_begins_without_what_it_may_never_need(tmp_path):
    """Each of them would take a tenth of a second and more of every start."""
    loaded = "import config.asgi, sys; print(*sys.modules)"
    environment = live.environment_of(tmp_path)
    command = [sys.executable, "-c", loaded]
    run = subprocess.run(command, cwd=live.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    assert not {"boto3", "botocore", "celery", "kombu", "redis"} & set(run.stdout.split())
