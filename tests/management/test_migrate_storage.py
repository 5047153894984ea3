"""`migrate_storage`: completed objects go from disk to the bucket, or back, while everything serves."""

import os
import re
import signal
from datetime import timedelta

import httpx
import pytest
from django.core.management import CommandError, call_command

from objects_app import clock, failpoints, storage
from objects_app.errors import StorageFull
from objects_app.lifecycle import exclusion, leftovers
from objects_app.lifecycle import objects as lifecycle_objects
from objects_app.models import Promotion, State
from objects_app.operations import damage, downloads, objects
from objects_app.storage.disk_files import DiskWriter
from tests.crash.scenes import DIED, in_a_process_that_dies_at
from tests.factories import make_object, make_person, put_bytes
from tests.failpoints import every_failpoint
from tests.operations.history import row, storage_fails
from tests.s3.faults import cut, fail
from tests.two_storages import content_of, is_whole, where

MOVED = re.compile(r"^(\d+) objects with (.+) moved in ", re.MULTILINE)
LARGE = 40 * 1024 * 1024  # bytes: more than two parts


@pytest.fixture
def five(alice, two_storages):
    """Objects on disk, while new ones go to the bucket."""
    five = [make_object(alice, f"{number}", content=b"x" * number) for number in range(5)]
    two_storages.use("s3")
    return five


def migrate(to: str = "s3", *options: str) -> None:
    call_command("migrate_storage", "--to", to, *options)


def moved_to(stored_objects) -> list[str]:
    return [where(each) for each in stored_objects]


def purge() -> None:
    leftovers.purge_bytes(before=clock.now())


def test_every_object_is_moved_and_counted(five, two_storages, capsys):
    migrate()
    out = capsys.readouterr().out
    assert MOVED.search(out).groups() == ("5", "10 bytes")
    assert "5 moved objects keep their earlier bytes until nobody can be reading them." in out
    assert (moved_to(five), [content_of(each) for each in five]) == (["s3"] * 5, [b"x" * n for n in range(5)])
    call_command("fsck")
    assert not Promotion.objects.exists()


def test_a_second_run_finds_nothing_to_do(five, capsys):
    migrate()
    before = [row(each).blob_key for each in five]
    migrate()
    assert [row(each).blob_key for each in five] == before
    assert "\n0 objects with 0 bytes moved in" in capsys.readouterr().out


def test_there_and_back_leaves_everything_sound_and_nothing_behind(five, two_storages, set_clock, capsys):
    migrate()
    set_clock(days=2)
    purge()
    two_storages.use("disk")
    migrate("disk")
    set_clock(days=4)
    purge()
    call_command("fsck")
    assert "5 objects with 10 bytes are sound." in capsys.readouterr().out
    assert (moved_to(five), two_storages.keys_in_bucket(), len(two_storages.keys_on_disk())) == (["disk"] * 5, [], 5)


def test_who_goes_back_at_once_is_told_to_wait(five, two_storages, capsys):
    migrate()
    two_storages.use("disk")
    migrate("disk")
    assert "5 objects were completed or moved just now: a later run moves them." in capsys.readouterr().out
    assert moved_to(five) == ["s3"] * 5


def test_a_limit_moves_so_many_and_tells_what_is_left(five, capsys):
    migrate("s3", "--limit", "2")
    assert moved_to(five) == ["s3", "s3", "disk", "disk", "disk"]
    assert "3 objects with 9 bytes are left." in capsys.readouterr().out


def test_a_dry_run_only_counts(five, capsys):
    migrate("s3", "--dry-run")
    migrate("s3", "--dry-run", "--limit", "4")
    assert (
        capsys.readouterr().out == "5 objects with 10 bytes would be moved.\n4 objects with 6 bytes would be moved.\n"
    )
    assert moved_to(five) == ["disk"] * 5


def test_uploads_that_began_in_the_old_storage_are_told(alice, five, two_storages, capsys):
    two_storages.use("disk")
    put_bytes(make_object(alice, state=State.UPLOADING), b"hello")
    two_storages.use("s3")
    migrate()
    assert "1 uploads complete where they began: a later run moves them." in capsys.readouterr().out


@pytest.mark.parametrize("parallel", ["1", "3"])
def test_batches_and_threads_take_every_object_once(five, two_storages, monkeypatch, parallel):
    monkeypatch.setattr(lifecycle_objects, "BATCH", 2)
    migrate("s3", "--parallel", parallel)
    assert sorted(two_storages.keys_in_bucket()) == sorted(row(each).blob_key for each in five)


def test_progress_tells_what_is_left(five, monkeypatch, capsys):
    monkeypatch.setattr("objects_app.progress.time.monotonic", iter(range(0, 10**6, 20)).__next__)
    migrate("s3", "--parallel", "1")
    assert re.search(r"Objects: 3 of 5, \d+ bytes of 10 bytes, .*/s, \d+ s left\.", capsys.readouterr().out)


def test_damage_is_reported_the_rest_is_moved_and_the_exit_code_is_1(five, two_storages, capsys):
    flipped, missing = five[3], five[4]
    two_storages.disk._path(row(flipped).blob_key).write_bytes(b"xxy")
    two_storages.disk.delete([row(missing).blob_key])
    with pytest.raises(CommandError, match=r"^2 objects are damaged, and 0 could not be moved\.$") as refused:
        migrate()
    told = [f"{flipped.pk}: {damage.WRONG_DIGEST} 3", f"{missing.pk}: {damage.MISSING} 4"]
    assert (sorted(capsys.readouterr().err.splitlines()), refused.value.returncode) == (sorted(told), 1)
    assert (row(flipped).state, row(missing).state, moved_to(five[:3])) == ("ERROR", "ERROR", ["s3"] * 3)


def test_what_is_known_to_be_damaged_goes_along_and_what_is_known_to_be_missing_is_told(
    alice, five, two_storages, capsys
):
    two_storages.disk._path(row(five[3]).blob_key).write_bytes(b"xxy")
    two_storages.disk.delete([row(five[4]).blob_key])
    for each, reason in ((five[3], damage.WRONG_DIGEST), (five[4], damage.MISSING)):
        damage.report_damage(row(each), reason, actor=alice.actor)
    with pytest.raises(CommandError, match=r"^0 objects are damaged, and 1 could not be moved\.$"):
        migrate()
    assert (moved_to(five[3:]), content_of(five[3])) == (["s3", "disk"], b"xxy")


def test_a_blob_that_cannot_be_read_keeps_no_other(five, two_storages, capsys):
    path = two_storages.disk._path(row(five[2]).blob_key)
    path.unlink()
    path.symlink_to("/dev/null")
    with pytest.raises(CommandError, match=r"^0 objects are damaged, and 1 could not be moved\.$"):
        migrate()
    assert (moved_to(five), row(five[2]).state) == (["s3", "s3", "disk", "s3", "s3"], "READ_ONLY")


def test_a_target_that_is_full_ends_the_run_and_the_next_one_goes_on(five, two_storages, monkeypatch):
    with monkeypatch.context() as full:
        commits = []

        def commit(writer):
            commits.append(writer)
            if len(commits) == 3:
                raise StorageFull
            return DiskWriter.commit(writer)

        full.setattr("tests.two_storages.FolderWriter.commit", commit)
        with pytest.raises(CommandError, match=r"^There is no room left .* Run the same command again to go on\.$"):
            migrate("s3", "--parallel", "1")
    assert 2 <= moved_to(five).count("s3") < 4
    migrate()
    assert (moved_to(five), list(two_storages.bucket.list_parts())) == (["s3"] * 5, [])


def test_a_target_that_fails_again_and_again_ends_the_run(five, monkeypatch, capsys):
    monkeypatch.setattr("objects_app.lifecycle.moves.FAILURES_IN_A_ROW", 3)
    monkeypatch.setattr("tests.two_storages.FolderWriter.commit", storage_fails)
    with pytest.raises(CommandError, match="cannot be reached"):
        migrate("s3", "--parallel", "1")
    assert 3 <= len(capsys.readouterr().err.splitlines()) < 5
    assert moved_to(five) == ["disk"] * 5


def test_an_object_that_is_deleted_meanwhile_is_passed_over(five, alice, two_storages, monkeypatch, capsys):
    doomed = iter([five[2]])

    def delete(name):
        if name == "move.before_cas":
            for each in doomed:
                objects.delete_object(row(each), actor=alice.actor)

    monkeypatch.setattr(failpoints, "hook", delete)
    migrate()
    assert (row(five[2]).state, len(two_storages.keys_in_bucket()), len(two_storages.keys_on_disk())) == (
        "DELETED",
        4,
        4,
    )
    assert MOVED.search(capsys.readouterr().out).groups() == ("4", "8 bytes")


def test_ctrl_c_ends_it_after_the_objects_that_were_begun(five, two_storages, monkeypatch, capsys):
    monkeypatch.setattr(
        failpoints, "hook", lambda name: name == "move.before_commit" and os.kill(os.getpid(), signal.SIGINT)
    )
    with pytest.raises(CommandError, match=r"^Stopped with [1-4] objects left\. Run the same command") as stopped:
        migrate("s3", "--parallel", "1")
    assert stopped.value.returncode == 130
    assert sorted(two_storages.keys_in_bucket()) == sorted(row(each).blob_key for each in five if where(each) == "s3")
    assert not Promotion.objects.exists()
    monkeypatch.undo()


@pytest.mark.parametrize("point", [name for name in every_failpoint() if name.startswith("move.")])
def test_a_kill_anywhere_loses_nothing_and_the_next_run_goes_on(real_database, two_storages, point, set_clock):
    alice = make_person("alice")
    stored = [make_object(alice, f"{number}") for number in range(3)]
    two_storages.use("s3")
    assert in_a_process_that_dies_at(point, lambda: migrate("s3", "--parallel", "2")) == DIED
    assert all(is_whole(each) for each in stored)
    migrate()
    set_clock(days=9)
    for sweep in ("end_promotions", "remove_orphans", "remove_parts", "purge_bytes"):
        call_command(sweep, "--older-than", "0")
    assert (moved_to(stored), all(is_whole(each) for each in stored)) == (["s3"] * 3, True)
    assert (two_storages.keys_on_disk(), len(two_storages.keys_in_bucket())) == ([], 3)
    assert list(two_storages.bucket.list_parts()) == []


def test_only_the_storage_of_new_objects_is_a_target(five, two_storages):
    with pytest.raises(
        CommandError, match=r"^OBJECT_STORAGE is s3, so new objects would not go there: set it to disk,"
    ):
        migrate("disk")


def test_without_a_bucket_there_is_nothing_to_move_from(db, two_storages, monkeypatch):
    monkeypatch.setattr(storage, "_make_other_storage", lambda: None)
    storage.other_storage.cache_clear()
    with pytest.raises(CommandError, match="S3_BUCKET is not set"):
        migrate("disk")


def test_a_storage_that_is_not_ready_is_refused(five, two_storages):
    two_storages.disk.folder.rename(two_storages.disk.folder.with_name("elsewhere"))
    with pytest.raises(CommandError, match="should hold objects, but is empty: is its disk mounted"):
        migrate()


def test_a_second_run_beside_the_first_is_refused(five, monkeypatch):
    monkeypatch.setattr(exclusion, "_database_lock", exclusion._file_lock)
    with exclusion.only_one("migrate_storage"), pytest.raises(CommandError, match="Another migrate_storage is at work"):
        migrate()
    assert moved_to(five) == ["disk"] * 5


@pytest.fixture
def on_s3(alice, disk_and_s3):
    """Small objects and one that goes in parts."""
    stored = [make_object(alice, f"{number}", content=b"x" * number) for number in range(3)]
    stored.append(make_object(alice, "large", content=os.urandom(LARGE)))
    disk_and_s3.use("s3")
    return stored


def test_a_real_store_takes_everything_and_gives_it_back(on_s3, disk_and_s3, s3, set_clock, capsys):
    migrate()
    disk_and_s3.bucket.young_blob = timedelta()
    assert sorted(disk_and_s3.keys_in_bucket()) == sorted(row(each).blob_key for each in on_s3)
    call_command("fsck")
    set_clock(days=2)
    purge()
    assert disk_and_s3.keys_on_disk() == []
    disk_and_s3.use("disk")
    migrate("disk")
    set_clock(days=4)
    purge()
    call_command("fsck")
    assert capsys.readouterr().out.count("4 objects with 41943043 bytes are sound.") == 2
    assert (moved_to(on_s3), s3.keys(), s3.uploads()) == (["disk"] * 4, ["holdall-objects"], {})


def test_a_url_of_the_store_outlives_the_move_back(on_s3, disk_and_s3, alice, settings):
    settings.DOWNLOAD_DELIVERY = "direct"
    migrate()
    seen = downloads.access.visible_objects(alice.actor).get(pk=on_s3[2].pk)
    url = downloads.issue_download_url(seen, actor=alice.actor, expires_in=timedelta(hours=1))
    disk_and_s3.use("disk")
    migrate("disk")
    assert httpx.get(url).content == b"xx"


@pytest.mark.parametrize(("operation", "call"), [("PutObject", 2), ("UploadPart", 2), ("CompleteMultipartUpload", 1)])
def test_a_store_that_fails_in_the_middle_keeps_no_half_object(on_s3, disk_and_s3, s3, operation, call):
    s3.proxy.plan(operation, fail(503, "SlowDown"), call=call)
    with pytest.raises(CommandError, match="0 objects are damaged, and 1 could not be moved"):
        migrate("s3", "--parallel", "2")
    assert (moved_to(on_s3).count("disk"), all(map(is_whole, on_s3)), s3.uploads()) == (1, True, {})
    migrate()
    assert (moved_to(on_s3), all(map(is_whole, on_s3))) == (["s3"] * 4, True)


def test_a_store_that_is_down_is_one_sentence(on_s3, s3):
    with s3.proxy.during("*", cut()), pytest.raises(CommandError, match="The store cannot be reached"):
        migrate()
    assert moved_to(on_s3) == ["disk"] * 4
