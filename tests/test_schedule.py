"""When the jobs are due, and how Celery is told about them."""

import pickle
import threading
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from celery import current_app
from django.core.checks import run_checks

from config import brokers
from config.celery import app, end_the_sweep
from config.schedule import Jittered
from objects_app.checks import OF_SETTINGS
from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.tasks import TASKS

MINUTE = timedelta(minutes=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def due_after(schedule: Jittered, last_run_at: datetime, seconds: float):
    schedule.nowfun = lambda: last_run_at + timedelta(seconds=seconds)
    return schedule.is_due(last_run_at)


def schedules() -> list[tuple[Jittered, datetime]]:
    return [(Jittered(MINUTE, app=current_app), START + timedelta(hours=number)) for number in range(200)]


def test_a_job_is_never_due_later_than_its_interval():
    assert all(due_after(schedule, start, 60).is_due for schedule, start in schedules())


def test_a_job_is_never_due_earlier_than_nine_tenths_of_its_interval():
    assert not any(due_after(schedule, start, 53.9).is_due for schedule, start in schedules())


def test_jobs_are_due_at_different_moments():
    early = [due_after(schedule, start, 57).is_due for schedule, start in schedules()]
    assert {True, False} == set(early)


def test_the_moment_is_drawn_once_for_each_run():
    schedule = Jittered(MINUTE, app=current_app)
    told = {round(due_after(schedule, START, seconds).next + seconds, 3) for seconds in (0, 10, 50)}
    assert len(told) == 1
    assert len({round(due_after(schedule, START + MINUTE * n, 0).next, 3) for n in range(9)}) > 1


def test_beat_looks_again_before_the_next_run_can_be_due():
    assert due_after(Jittered(MINUTE, app=current_app), START, 60).next == pytest.approx(54)


def test_a_schedule_survives_the_file_of_beat():
    schedule = Jittered(MINUTE)
    again = pickle.loads(pickle.dumps(schedule))  # noqa: S301  our own
    assert (type(again), again.run_every, again == schedule) == (Jittered, MINUTE, True)


def test_schedules_are_equal_where_their_intervals_are():
    assert Jittered(MINUTE) == Jittered(MINUTE)
    assert Jittered(MINUTE) != Jittered(2 * MINUTE)


def test_every_job_is_in_the_schedule_with_jitter():
    schedules = {line["task"]: line["schedule"] for line in app.conf.beat_schedule.values()}
    assert {job: type(schedule) for job, schedule in schedules.items()} == dict.fromkeys(JOBS, Jittered)


@pytest.mark.parametrize(
    "setting", ["SWEEP_UPLOADS_EVERY", "SWEEP_BYTES_EVERY", "SWEEP_LEFTOVERS_EVERY", "VERIFY_LENGTHS_EVERY"]
)
def test_an_interval_of_nothing_is_refused(settings, setting):
    setattr(settings, setting, timedelta(0))
    assert [message.msg for message in run_checks(tags=OF_SETTINGS)] == [f"{setting} must be longer than 0."]


def test_messages_are_json_alone_and_no_result_is_kept():
    configured = current_app.conf
    assert (configured.task_serializer, configured.accept_content) == ("json", ["json"])
    assert (configured.result_backend, configured.task_ignore_result) == (None, True)


def test_a_message_is_acknowledged_after_its_work_and_given_back_by_a_worker_that_dies():
    configured = current_app.conf
    assert (configured.task_acks_late, configured.task_reject_on_worker_lost) == (True, True)


@pytest.mark.parametrize("job", JOBS)
def test_no_task_runs_for_so_long_that_its_message_is_delivered_again(job):
    task = TASKS[job]
    configured = current_app.conf
    hard = task.time_limit or configured.task_time_limit
    soft = task.soft_time_limit or configured.task_soft_time_limit
    assert runs.LONGEST_RUN.total_seconds() < soft < hard < brokers.LONGEST_TASK_SECONDS


def test_only_the_reading_of_digests_may_take_long():
    assert TASKS["verify_digests"].time_limit > 10 * current_app.conf.task_time_limit


def test_a_worker_that_is_asked_to_end_ends_its_sweep(monkeypatch):
    monkeypatch.setattr(threading, "Timer", Mock())  # which would end this process
    end_the_sweep()
    was_set = runs.ending.is_set()
    runs.ending.clear()
    assert was_set
