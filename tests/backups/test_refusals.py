"""What `backup` and `restore` do not do, each in one sentence and with nothing changed."""

import fcntl
import json
import os

import pytest
from django.core.management import CommandError, call_command

from objects_app import data_folder, storage
from objects_app.storage.memory import MemoryStorage
from tests.backups.conftest import make_many
from tests.factories import make_object, make_person, store_blob


@pytest.fixture
def backup(old, folder):
    make_object(make_person("alice"))
    call_command("backup", str(folder))
    return folder


def change_manifest(folder, **changes) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_backup_inside_the_data_folder(old):
    with pytest.raises(CommandError, match="is inside the data folder"):
        call_command("backup", str(old / "backup"))
    assert not (old / "backup").exists()


def test_a_folder_that_holds_other_things(old, folder):
    folder.mkdir()
    (folder / "letters").mkdir()
    with pytest.raises(CommandError, match="holds other things than a backup, such as letters"):
        call_command("backup", str(folder))
    assert [path.name for path in folder.iterdir()] == ["letters"]


def test_a_backup_of_nothing_leaves_an_earlier_one_whole(backup, new):
    with new(), pytest.raises(CommandError, match="There is nothing to back up"):
        call_command("backup", str(backup))
    assert (backup / "manifest.json").exists()


def test_blobs_that_are_not_on_disk(old, folder, monkeypatch):
    monkeypatch.setattr(storage, "_make_storage", MemoryStorage)
    storage.get_storage.cache_clear()
    with pytest.raises(CommandError, match=r"use --database-only .* docs/backup.md"):
        call_command("backup", str(folder))


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_two_at_work_on_one_folder(backup, command):
    descriptor = os.open(backup, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(CommandError, match="Another backup or restore is at work"):
        call_command(command, str(backup))
    os.close(descriptor)


def test_a_folder_that_is_not_there(new, folder):
    with new(), pytest.raises(CommandError, match="There is no folder"):
        call_command("restore", str(folder))


def test_an_unfinished_backup(backup, new):
    (backup / "manifest.json").unlink()
    with new(), pytest.raises(CommandError, match="holds no finished backup"):
        call_command("restore", str(backup))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": 2, "holdall": "9.0"}, "in another format by Holdall 9.0"),
        ({"migrations": ["objects_app.0999_later"], "holdall": "9.0"}, "made by Holdall 9.0, which is newer"),
        ({"vendor": "postgresql"}, "is a backup of postgresql; the settings name sqlite"),
    ],
)
def test_a_backup_that_does_not_fit(backup, new, changes, sentence):
    change_manifest(backup, **changes)
    with new() as data_dir, pytest.raises(CommandError, match=sentence):
        call_command("restore", str(backup))
    assert not (data_dir / "holdall.sqlite3").exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("manifest.json", "cannot be read: this backup is damaged"),
        ("database.sqlite3", "is not what the manifest says: this backup is damaged"),
        ("vanished.jsonl", "is not what the manifest says: this backup is damaged"),
    ],
)
def test_a_damaged_backup(backup, new, name, sentence):
    with (backup / name).open("r+b") as file:
        file.write(b"XXXX")
    with new() as data_dir, pytest.raises(CommandError, match=sentence):
        call_command("restore", str(backup))
    assert not (data_dir / "holdall.sqlite3").exists()


def test_a_restore_over_a_database(backup, old):
    with pytest.raises(CommandError, match="There is a database already"):
        call_command("restore", str(backup))
    assert (old / "secret_key").read_text() == "the old key"


def test_a_restore_beside_objects(backup, new):
    with new():
        storage.get_storage().prepare(holds_blobs=False)
        store_blob(b"somebody's")
        with pytest.raises(CommandError, match=r"There are objects in .* already"):
            call_command("restore", str(backup))


def test_a_restore_under_a_running_server(backup, new):
    with new(), data_folder.held(), pytest.raises(CommandError, match="A serve or restore is running on the data"):
        call_command("restore", str(backup))


def test_a_restore_that_another_one_left_half_done(backup, new):
    with new():
        data_folder.restore_mark().write_text("another")
        with pytest.raises(CommandError, match="is half restored from another backup"):
            call_command("restore", str(backup))


def test_a_restore_of_blobs_where_they_do_not_go_to_disk(backup, new, monkeypatch):
    with new():
        monkeypatch.setattr(storage, "_make_storage", MemoryStorage)
        storage.get_storage.cache_clear()
        with pytest.raises(CommandError, match="only restored to OBJECT_STORAGE=disk"):
            call_command("restore", str(backup))


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (KeyboardInterrupt, "^Stopped. Run the same command again to go on.$"),
        (OSError("No space left on device"), "No space left on device. Run the same command again to go on."),
    ],
)
def test_a_run_that_is_cut_says_how_to_go_on(old, folder, monkeypatch, failure, sentence):
    def fail(*_args, **_options):
        raise failure

    make_many(make_person("alice"), 30)
    monkeypatch.setattr("objects_app.backups.copies.copy_blob", fail)
    with pytest.raises(CommandError, match=sentence):
        call_command("backup", str(folder))
    assert not (folder / "manifest.json").exists()
