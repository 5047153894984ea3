"""The sweeps: what each takes, that twice does no harm, and the row that each run leaves."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as live_settings
from django.db import DatabaseError

from config.celery import app
from objects_app import audit, clock, lifecycle, queue, tasks
from objects_app.lifecycle import Swept
from objects_app.models import IdempotencyRecord, JobRun, State, StoredObject
from objects_app.operations import downloads, objects
from objects_app.storage import get_storage
from tests.factories import make_object, make_person, put_bytes
from tests.operations.history import actions_on, row, storage_fails

DAY = timedelta(days=1)
NOTHING = Swept(rows=0, bytes=0, more=False)


@pytest.fixture
def stale(alice, set_clock):
    """An upload that got bytes and was then left alone for a day."""
    set_clock(hours=0)
    stored_object = make_object(alice, state=State.UPLOADING)
    put_bytes(stored_object, b"hello")
    set_clock(days=1)
    return stored_object


@pytest.fixture
def due(alice, set_clock):
    set_clock(hours=0)
    stored_object = make_object(alice, content=b"hello", time_to_live=timedelta(hours=1), metadata={"a": "b"})
    set_clock(hours=1)
    return stored_object


def leave_bytes(person, monkeypatch, *, state=State.DELETED) -> StoredObject:
    """An object whose bytes the storage could not delete in time."""
    with monkeypatch.context() as broken:
        stored_object = make_object(person, content=b"hello")
        broken.setattr(get_storage(), "delete", storage_fails)
        objects.delete_object(stored_object, actor=person.actor)
    return stored_object


def test_a_stale_upload_expires_with_its_bytes(stale, blobs):
    assert lifecycle.expire_stale_uploads(before=clock.ago(DAY)) == Swept(rows=1, bytes=5, more=False)
    assert (row(stale).state, blobs.blobs) == (State.DELETED, {})
    event = audit.AuditEvent.objects.get(action="object.expired")
    assert (event.target_id, event.actor_label, event.via) == (stale.pk, "system:expire_stale_uploads", "worker")


def test_a_second_sweep_of_uploads_finds_nothing(stale):
    lifecycle.expire_stale_uploads(before=clock.ago(DAY))
    assert lifecycle.expire_stale_uploads(before=clock.ago(DAY)) == NOTHING
    assert actions_on(stale).count("object.expired") == 1


def test_an_upload_with_activity_stays(stale, set_clock):
    set_clock(hours=23, minutes=59)
    assert lifecycle.expire_stale_uploads(before=clock.ago(DAY)) == NOTHING
    assert row(stale).state == State.UPLOADING


@pytest.mark.parametrize("state", [State.READ_ONLY, State.ERROR, State.DELETED])
def test_only_uploads_are_stale_however_old(alice, state, set_clock):
    other = make_object(alice, state=state)
    history = actions_on(other)
    set_clock(days=3650)
    assert lifecycle.expire_stale_uploads(before=clock.now()) == NOTHING
    assert (row(other).state, actions_on(other)) == (state, history)


def test_an_upload_that_came_alive_after_the_sweep_looked_is_left_alone(stale, monkeypatch):
    real = lifecycle.mark_deleted

    def revive_first(upload, **conditions):
        StoredObject.objects.filter(pk=upload.pk).update(last_activity_at=clock.now())
        return real(upload, **conditions)

    monkeypatch.setattr(lifecycle, "mark_deleted", revive_first)
    assert lifecycle.expire_stale_uploads(before=clock.ago(DAY)).rows == 0
    assert row(stale).state == State.UPLOADING


def test_a_sweep_takes_the_oldest_up_to_its_limit_and_says_that_there_is_more(alice, set_clock):
    uploads = []
    for minutes in (3, 1, 2):
        set_clock(minutes=minutes)
        uploads.append(make_object(alice, state=State.UPLOADING))
    set_clock(minutes=3)
    assert lifecycle.expire_stale_uploads(before=clock.now(), limit=2) == Swept(rows=2, bytes=0, more=True)
    assert [row(upload).state for upload in uploads] == [State.UPLOADING, State.DELETED, State.DELETED]
    assert lifecycle.expire_stale_uploads(before=clock.now(), limit=2) == Swept(rows=1, bytes=0, more=False)


def test_the_query_of_a_dry_run_names_what_would_expire_and_changes_nothing(stale):
    assert list(lifecycle.stale_uploads(before=clock.ago(DAY))) == [stale]
    assert row(stale).state == State.UPLOADING


def test_an_object_past_its_time_becomes_a_tombstone_without_bytes(due, blobs):
    assert lifecycle.delete_due_objects(before=clock.now()) == Swept(rows=1, bytes=5, more=False)
    now = row(due)
    assert (now.state, now.sha256, now.metadata, blobs.blobs) == (State.DELETED, "", {}, {})
    assert actions_on(due)[-1] == "object.expired"


def test_a_second_sweep_of_due_objects_finds_nothing(due):
    lifecycle.delete_due_objects(before=clock.now())
    assert lifecycle.delete_due_objects(before=clock.now()) == NOTHING


def test_an_object_before_its_time_or_without_one_stays(due, alice, set_clock):
    make_object(alice)
    set_clock(minutes=59)
    assert lifecycle.delete_due_objects(before=clock.now()) == NOTHING


def test_an_object_whose_life_was_prolonged_after_the_sweep_looked_stays(due, monkeypatch):
    real = lifecycle.mark_deleted

    def prolong_first(stored_object, **conditions):
        StoredObject.objects.filter(pk=stored_object.pk).update(delete_after=None)
        return real(stored_object, **conditions)

    monkeypatch.setattr(lifecycle, "mark_deleted", prolong_first)
    assert lifecycle.delete_due_objects(before=clock.now()).rows == 0
    assert row(due).state == State.READ_ONLY


@pytest.mark.parametrize("state", State)
def test_every_state_has_an_end(alice, set_clock, state):
    set_clock(hours=0)
    other = make_object(alice, state=state, time_to_live=timedelta(hours=1))
    set_clock(hours=1)
    lifecycle.delete_due_objects(before=clock.now())
    assert row(other).state == State.DELETED


def test_bytes_that_stayed_behind_are_purged(alice, blobs, monkeypatch):
    left = leave_bytes(alice, monkeypatch)
    assert lifecycle.purge_bytes() == Swept(rows=1, bytes=5, more=False)
    assert (blobs.blobs, row(left).blob_key) == ({}, "")
    assert lifecycle.purge_bytes() == NOTHING


def test_bytes_that_still_cannot_be_deleted_stay_for_the_next_time(alice, blobs, monkeypatch):
    leave_bytes(alice, monkeypatch)
    monkeypatch.setattr(get_storage(), "delete", storage_fails)
    assert lifecycle.purge_bytes(limit=1) == NOTHING
    assert len(blobs.blobs) == 1


def test_bytes_that_cannot_be_deleted_do_not_keep_others_waiting(alice, blobs, monkeypatch):
    stuck, other = (leave_bytes(alice, monkeypatch) for _ in range(2))
    really_delete = blobs.delete
    monkeypatch.setattr(
        blobs, "delete", lambda keys: storage_fails() if row(stuck).blob_key in keys else really_delete(keys)
    )
    while row(other).blob_key:
        lifecycle.purge_bytes(limit=1)
    assert row(stuck).blob_key


def test_purging_empty_objects_goes_on_until_none_is_left(alice, monkeypatch):
    with monkeypatch.context() as broken:
        empty = [make_object(alice, content=b"") for _ in range(3)]
        broken.setattr(get_storage(), "delete", storage_fails)
        for each in empty:
            objects.delete_object(each, actor=alice.actor)
    assert [lifecycle.purge_bytes(limit=2) for _ in range(2)] == [Swept(2, 0, more=True), Swept(1, 0, more=False)]


@pytest.mark.parametrize("state", [State.UPLOADING, State.READ_ONLY])
def test_bytes_that_are_in_use_are_never_purged(alice, blobs, state):
    kept = make_object(alice, state=state)
    if state == State.UPLOADING:
        put_bytes(kept, b"hello")
    assert lifecycle.purge_bytes() == NOTHING
    assert list(blobs.blobs.values()) == [b"hello"]


def test_completed_bytes_that_were_found_damaged_stay_until_the_object_is_deleted(alice, blobs):
    damaged = make_object(alice, content=b"hello")
    downloads._report_damage(row(damaged), actor=alice.actor)
    assert lifecycle.purge_bytes() == NOTHING
    assert (row(damaged).state, list(blobs.blobs.values())) == (State.ERROR, [b"hello"])
    objects.delete_object(damaged, actor=alice.actor)
    assert blobs.blobs == {}


def test_old_requests_are_forgotten_and_young_ones_kept(alice, set_clock):
    moment = set_clock(hours=0)
    for name, age in (("old", DAY), ("young", DAY - timedelta(seconds=1))):
        IdempotencyRecord.objects.create(
            account=alice.account, fingerprint=name, target_id="x", created_at=moment - age
        )
    assert lifecycle.forget_requests(before=clock.ago(DAY)).rows == 1
    assert IdempotencyRecord.objects.get().fingerprint == "young"


def test_forgetting_is_limited(alice):
    for name in "abc":
        IdempotencyRecord.objects.create(account=alice.account, fingerprint=name, target_id="x")
    later = clock.after(timedelta(hours=1))
    swept = [lifecycle.forget_requests(before=later, limit=2) for _ in range(2)]
    assert swept == [Swept(2, 0, more=True), Swept(1, 0, more=False)]


def test_a_run_goes_on_until_nothing_is_left_and_leaves_a_row(db, monkeypatch):
    batches = iter([Swept(2, 10, more=True), Swept(1, 5, more=False)])
    monkeypatch.setitem(lifecycle.JOBS, "purge_bytes", lambda: next(batches))
    assert lifecycle.run_job("purge_bytes", started_by="tests") == Swept(3, 15, more=False)
    run = JobRun.objects.get()
    assert (run.job, run.started_by, run.rows, run.bytes, run.error) == ("purge_bytes", "tests", 3, 15, "")
    assert run.ended_at >= run.started_at


def test_a_run_ends_after_its_time_even_if_there_is_more(db, monkeypatch):
    ticks = iter(range(100))
    monkeypatch.setattr(lifecycle.time, "monotonic", lambda: next(ticks))
    monkeypatch.setitem(lifecycle.JOBS, "purge_bytes", lambda: Swept(1, 0, more=True))
    swept = lifecycle.run_job("purge_bytes", started_by="tests", longest=timedelta(seconds=4))
    assert (swept.more, swept.rows) == (True, 3)


def test_a_run_that_fails_says_so_and_keeps_what_was_done(db, monkeypatch):
    def fail_at_last():
        yield Swept(2, 10, more=True)
        raise DatabaseError("gone")

    batches = fail_at_last()
    monkeypatch.setitem(lifecycle.JOBS, "purge_bytes", lambda: next(batches))
    with pytest.raises(DatabaseError):
        lifecycle.run_job("purge_bytes", started_by="tests")
    run = JobRun.objects.get()
    assert (run.rows, run.error, run.ended_at is None) == (2, "DatabaseError: gone", False)


@pytest.mark.parametrize("job", lifecycle.JOBS)
def test_every_job_runs_twice_on_an_idle_system(db, job):
    assert [lifecycle.run_job(job, started_by="tests") for _ in range(2)] == [NOTHING, NOTHING]


def test_jobs_tasks_and_schedule_have_the_same_names():
    scheduled = {line["task"] for line in live_settings.CELERY_BEAT_SCHEDULE.values()}
    registered = {name for name in app.tasks if not name.startswith("celery.")}
    assert set(lifecycle.JOBS) == scheduled == registered


@pytest.mark.parametrize("job", lifecycle.JOBS)
def test_a_task_runs_its_job_and_asks_for_itself_again_only_where_more_is_left(db, monkeypatch, job):
    hurried, answers = [], iter([Swept(1, 0, more=True), Swept(1, 0, more=False)])
    runs = []
    monkeypatch.setattr(lifecycle, "run_job", lambda name, **_: (runs.append(name), next(answers))[1])
    monkeypatch.setattr(queue, "hurry", hurried.append)
    for _ in range(2):
        getattr(tasks, job)()
    assert (runs, hurried) == ([job, job], [job])


def test_a_message_goes_out_after_the_commit(db, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(type(current_app._get_current_object()), "send_task", lambda _, name: sent.append(name))
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
        queue_app.setattr(app, "send_task", lambda name: send(name, connection=connection))
        queue._send("purge_bytes")
        queue_app.undo()
    assert "will run on its schedule" in caplog.text


def test_a_sweep_takes_every_account(alice, set_clock):
    for person in (alice, make_person("carol")):
        make_object(person, state=State.UPLOADING)
    set_clock(days=2)
    assert lifecycle.expire_stale_uploads(before=clock.ago(DAY)).rows == 2
