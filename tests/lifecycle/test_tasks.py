"""Celery's side of the sweeps: names, schedule, messages."""

import pytest
from celery import current_app
from django.conf import settings as live_settings

from config.celery import app
from objects_app import queue, tasks
from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import Swept


def test_jobs_tasks_and_schedule_have_the_same_names():
    scheduled = {line["task"] for line in live_settings.CELERY_BEAT_SCHEDULE.values()}
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
    monkeypatch.setattr(
        type(current_app._get_current_object()), "send_task", lambda _, name, **_options: sent.append(name)
    )
    with django_capture_on_commit_callbacks() as callbacks:
        queue.hurry("purge_bytes")
    assert sent == []
    callbacks[0]()
    assert sent == ["purge_bytes"]


def test_a_broker_that_fails_costs_a_line_in_the_log_and_nothing_else(tmp_path, caplog):
    (tmp_path / "messages").write_text("not a folder")
    folder = {"data_folder_in": str(tmp_path / "messages"), "data_folder_out": str(tmp_path / "messages")}
    control = {"control_folder": str(tmp_path / "control")}
    with app.connection_for_write(transport_options=folder | control) as connection:
        send = app.send_task
        queue_app = pytest.MonkeyPatch()
        queue_app.setattr(app, "send_task", lambda name, **options: send(name, connection=connection, **options))
        queue._send("purge_bytes", {})
        queue_app.undo()
    assert "will run on its schedule" in caplog.text


def test_messages_that_nobody_took_in_time_do_not_pile_up():
    lines = live_settings.CELERY_BEAT_SCHEDULE.values()
    assert all(line["options"]["expires"] == line["schedule"].run_every.total_seconds() for line in lines)
