"""Celery's side of the sweeps: names, schedule, messages."""

import subprocess
import sys
from functools import partial

import pytest

from config.celery import app
from objects_app import queue, tasks
from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import Swept
from tests import live


def test_jobs_tasks_and_schedule_have_the_same_names():
    scheduled = {line["task"] for line in app.conf.beat_schedule.values()}
    registered = {name for name in app.tasks if not name.startswith("celery.")}
    assert set(JOBS) == scheduled == registered


@pytest.mark.parametrize("job", JOBS)
def test_a_task_runs_its_job_and_asks_for_itself_again_only_where_more_is_left(db, monkeypatch, job):
    hurried, answers = [], iter([Swept(1, 0, more=True), Swept(1, 0, more=False)])
    ran = []
    monkeypatch.setattr(runs, "run_job", lambda name, **_: (ran.append(name), next(answers))[1])
    monkeypatch.setattr(queue, "hurry", hurried.append)
    for _ in range(2):
        tasks.TASKS[job]()
    assert (ran, hurried) == ([job, job], [job])


def test_a_message_goes_out_after_the_commit(db, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(queue.sender(), "send_task", lambda name, **_options: sent.append(name))
    with django_capture_on_commit_callbacks() as callbacks:
        queue.hurry("purge_bytes")
    assert sent == []
    callbacks[0]()
    assert sent == ["purge_bytes"]


def test_a_broker_that_fails_costs_a_line_in_the_log_and_nothing_else(tmp_path, caplog, monkeypatch):
    (tmp_path / "messages").write_text("not a folder")
    folder = {"data_folder_in": str(tmp_path / "messages"), "data_folder_out": str(tmp_path / "messages")}
    control = {"control_folder": str(tmp_path / "control")}
    sender = queue.sender()
    with sender.connection_for_write(transport_options=folder | control) as connection:
        send = partial(sender.send_task, connection=connection)
        monkeypatch.setattr(sender, "send_task", send)
        queue._send("purge_bytes", {})
    assert "will run on its schedule" in caplog.text


@pytest.mark.parametrize("entry_point", ["config.asgi", "config.celery"])
def test_a_message_reaches_the_broker_from_every_process(tmp_path, entry_point):
    messages = tmp_path / "broker" / "messages"
    messages.mkdir(parents=True)
    program = f"""
import django, {entry_point}
django.setup()
from objects_app import queue
queue.hurry("purge_bytes")
"""
    environment = live.environment_of(tmp_path, DJANGO_SETTINGS_MODULE="config.settings")
    subprocess.run([sys.executable, "-c", program], cwd=live.ROOT, env=environment, check=True)
    assert ["purge_bytes" in path.read_text() for path in messages.iterdir()] == [True]


def test_messages_that_nobody_took_in_time_do_not_pile_up():
    lines = app.conf.beat_schedule.values()
    assert all(line["options"]["expires"] == line["schedule"].run_every.total_seconds() for line in lines)
