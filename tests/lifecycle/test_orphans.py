"""Blobs that no row names and parts that broke off: they go, and an upload in flight loses nothing."""

import os
from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from django.db import connection

from objects_app import clock, failpoints
from objects_app.errors import StorageUnavailable
from objects_app.lifecycle import leftovers
from objects_app.lifecycle.sweeps import Found, Swept
from objects_app.models import State, StoredObject
from objects_app.operations import objects, uploads
from objects_app.storage import get_storage
from tests.factories import make_object, make_person, put_bytes, store_blob
from tests.operations.history import row
from tests.races.threads import outcome

DAY = timedelta(days=1)
NOTHING = Swept(rows=0, bytes=0, more=False)
EARLIER = b"earlier"
OF_REPLACING = {"put.before_cas", "put.before_commit"}  # on PostgreSQL, where a first upload is one statement
POINTS = [
    "put.before_sync",
    "put.before_rename",
    "put.before_folder_sync",
    "put.after_folder_sync",
    "put.before_lock",
    "put.before_cas",
    "put.before_commit",
    "put.after_commit",
]


def remove_orphans(**options) -> Swept:
    return leftovers.remove_orphans(before=clock.after(DAY), **options)


def remove_parts(**options) -> Swept:
    return leftovers.remove_parts(before=clock.after(DAY), **options)


def leave_part(content: bytes = b"half") -> str:
    writer = get_storage().create()
    writer.write([content])
    writer.release()
    return writer.key


def make_old(disk, suffix: str = "", *, days: float) -> None:
    for path in disk.folder.glob(f"??/*{suffix}"):
        moment = path.stat().st_mtime - days * DAY.total_seconds()
        os.utime(path, (moment, moment))


def keys_left() -> list[str]:
    return [entry.key for entry in get_storage().list_blobs()]


def test_a_blob_that_no_row_names_goes_and_its_bytes_are_counted(alice):
    store_blob(b"orphan")
    assert (remove_orphans(), keys_left()) == (Swept(rows=1, bytes=6, more=False), [])
    assert remove_orphans() == NOTHING


@pytest.mark.parametrize("state", [State.UPLOADING, State.READ_ONLY])
def test_a_blob_that_a_row_names_stays(alice, state):
    kept = make_object(alice, state=state)
    if state == State.UPLOADING:
        put_bytes(kept, b"hello")
    assert remove_orphans() == NOTHING
    assert keys_left() == [row(kept).staging_key or row(kept).blob_key]


def test_the_bytes_of_a_tombstone_are_left_to_the_purge(alice, monkeypatch):
    deleted = make_object(alice)
    with monkeypatch.context() as broken:
        broken.setattr(get_storage(), "delete", lambda _keys: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            objects.delete_object(deleted, actor=alice.actor)
    assert (remove_orphans(), len(keys_left())) == (NOTHING, 1)


def test_only_old_blobs_are_orphans(alice, disk):
    store_blob(b"old")
    make_old(disk, days=2)
    young = store_blob(b"young")
    assert leftovers.remove_orphans(before=clock.ago(DAY)) == Swept(rows=1, bytes=3, more=False)
    assert keys_left() == [young]


def test_only_old_parts_have_broken_off(alice, disk):
    leave_part()
    make_old(disk, days=2)
    young = leave_part()
    assert leftovers.remove_parts(before=clock.ago(DAY)) == Swept(rows=1, bytes=4, more=False)
    assert [entry.key for entry in disk.list_parts()] == [young]


def test_the_walk_goes_on_where_the_last_batch_ended(alice, monkeypatch):
    monkeypatch.setattr(leftovers, "BATCH", 2)
    keys = sorted(store_blob(b"x") for _ in range(3))
    first = remove_orphans()
    assert first == Swept(rows=2, bytes=2, more=True, cursor=keys[1])
    assert remove_orphans(after=first.cursor) == Swept(rows=1, bytes=1, more=False)


def test_a_batch_without_orphans_says_where_to_go_on(alice, monkeypatch):
    monkeypatch.setattr(leftovers, "BATCH", 1)
    key = row(make_object(alice)).blob_key
    assert remove_orphans() == Swept(rows=0, bytes=0, more=True, cursor=key)
    assert remove_orphans(after=key) == NOTHING


def test_a_limit_counts_what_goes_and_not_what_is_looked_at(alice):
    for _ in range(4):
        make_object(alice)
    keys = sorted(store_blob(b"x") for _ in range(3))
    assert remove_orphans(limit=2) == Swept(rows=2, bytes=2, more=True, cursor=keys[1])
    assert keys[2] in keys_left()


def test_a_blob_that_cannot_be_removed_is_told_and_keeps_no_other(alice, blobs, monkeypatch):
    stuck, _ = sorted(store_blob(b"x") for _ in range(2))
    really_delete = blobs.delete_orphan

    def delete(key, **options):
        if key == stuck:
            raise StorageUnavailable("broken")
        return really_delete(key, **options)

    monkeypatch.setattr(blobs, "delete_orphan", delete)
    swept = remove_orphans()
    assert (swept.rows, swept.trouble, keys_left()) == (1, (f"{stuck} cannot be removed: broken",), [stuck])


def test_a_part_that_somebody_writes_keeps_no_other(alice):
    writers = [get_storage().create() for _ in range(3)]
    leave_part()
    assert remove_parts(limit=1) == Swept(rows=1, bytes=4, more=True)
    assert remove_parts(limit=1) == NOTHING
    assert len(list(get_storage().list_parts())) == 3
    for writer in writers:
        writer.discard()


def test_a_dry_run_names_exactly_what_would_go(alice, disk):
    make_object(alice)
    store_blob(b"young")
    orphan, part = store_blob(b"orphan"), leave_part()
    for path in disk.folder.glob("??/*"):
        if path.name.partition(".")[0] in (orphan, part):
            os.utime(path, (0, 0))
    before = clock.ago(DAY)
    assert list(leftovers.find_orphans(before)) == [Found(orphan, 6, "(no object names it)")]
    assert list(leftovers.find_parts(before)) == [Found(part, 4, "(an upload that broke off)")]
    assert (leftovers.remove_orphans(before=before).rows, leftovers.remove_parts(before=before).rows) == (1, 1)


def test_a_completion_between_two_looks_hides_no_blob(alice):
    """The key moves from one column to the other: whoever asks twice could miss it both times."""
    upload = make_object(alice, state=State.UPLOADING)
    put_bytes(upload, b"hello")
    key, completing = row(upload).staging_key, iter([upload])

    def complete_behind(execute, *arguments):
        answer = execute(*arguments)
        for each in completing:
            uploads.complete_upload(each, actor=alice.actor)
        return answer

    with connection.execute_wrapper(complete_behind):
        assert leftovers.is_named(key)
    assert row(upload).state == State.READ_ONLY


def from_elsewhere(sweep) -> Swept:
    """As another process would: with a connection of its own, while this one stands still."""
    swept = []
    thread = Thread(target=lambda: swept.append(outcome(sweep)))
    thread.start()
    thread.join()
    return swept[0]


def uploaded_before(person) -> StoredObject:
    """Whatever replaces it comes by all points on every database."""
    upload = make_object(person, state=State.UPLOADING)
    put_bytes(upload, EARLIER)
    return upload


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("sweep", [remove_orphans, remove_parts])
def test_a_sweep_at_age_zero_takes_nothing_from_an_upload_in_flight(real_database, disk, monkeypatch, point, sweep):
    alice, swept = make_person("alice"), []
    upload = uploaded_before(alice) if point in OF_REPLACING else make_object(alice, state=State.UPLOADING)
    with monkeypatch.context() as hooked:
        hooked.setattr(
            failpoints, "hook", lambda name: name == point and swept.append(from_elsewhere(partial(sweep, limit=9)))
        )
        put_bytes(upload, b"hello")
    assert swept == [NOTHING]
    done = uploads.complete_upload(upload, actor=alice.actor)
    assert get_storage().open(row(done).blob_key).size == 5


@pytest.mark.parametrize("point", POINTS[:-1])
def test_what_an_upload_that_failed_at_any_stage_left_behind_goes(real_database, disk, monkeypatch, point):
    def fail(name):
        if name == point:
            raise RuntimeError

    upload = uploaded_before(make_person("alice"))
    with monkeypatch.context() as hooked:
        hooked.setattr(failpoints, "hook", fail)
        with pytest.raises(RuntimeError):
            put_bytes(upload, b"hello")
    remove_orphans()
    remove_parts()
    assert [path.name for path in disk.folder.glob("??/*")] == [row(upload).staging_key]
    assert (row(upload).state, row(upload).staged_size) == (State.UPLOADING, len(EARLIER))
