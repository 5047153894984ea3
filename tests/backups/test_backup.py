"""`backup`: what is in the folder, what is done again, and what is told of blobs that are not as they should be."""

import json
import shutil
import sqlite3
import stat

import pytest
from django.core.management import CommandError, call_command

from objects_app.models import State, StoredObject
from objects_app.operations import objects
from tests.backups.conftest import make_many, path_of
from tests.factories import make_object, make_person, put_bytes


def manifest(folder) -> dict:
    return json.loads((folder / "manifest.json").read_text())


def blobs_in(folder) -> dict:
    return {path.name: path for path in folder.glob("objects/??/*")}


def inodes(folder) -> dict[str, int]:
    return {key: path.stat().st_ino for key, path in blobs_in(folder).items()}


def test_a_backup_is_the_database_every_needed_blob_and_the_secret_key(old, folder):
    alice = make_person("alice")
    done, failed = make_object(alice), make_object(alice, state=State.ERROR)
    staged = make_object(alice, state=State.UPLOADING)
    put_bytes(staged, b"so far")
    make_object(alice, state=State.DELETED)
    call_command("backup", str(folder))
    staged.refresh_from_db()
    assert blobs_in(folder).keys() == {done.blob_key, staged.staging_key}
    assert (folder / "secret_key").read_text() == "the old key"
    assert manifest(folder)["blobs"] == {"count": 2, "bytes": 11, "damaged": 0}
    with sqlite3.connect(folder / "database.sqlite3") as copy:
        assert copy.execute("SELECT count(*) FROM objects_app_storedobject").fetchone() == (4,)
    copy.close()
    assert failed.state == State.ERROR


def test_nobody_else_can_read_a_backup(old, folder):
    make_object(make_person("alice"))
    folder.mkdir(mode=0o755)
    call_command("backup", str(folder))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")] if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})


def test_a_later_run_copies_what_is_new_and_removes_what_no_row_names(old, folder):
    alice = make_person("alice")
    kept, gone = make_object(alice, "kept"), make_object(alice, "gone")
    call_command("backup", str(folder))
    before = inodes(folder)
    objects.delete_object(gone, actor=alice.actor)
    added = make_object(alice, "added")
    call_command("backup", str(folder))
    assert inodes(folder).keys() == {kept.blob_key, added.blob_key}
    assert inodes(folder)[kept.blob_key] == before[kept.blob_key]
    assert manifest(folder)["blobs"]["count"] == 2


def test_a_later_run_finds_a_damaged_copy_only_when_asked_to_read_it(old, folder):
    stored_object = make_object(make_person("alice"), content=b"hello")
    call_command("backup", str(folder))
    blobs_in(folder)[stored_object.blob_key].write_bytes(b"HELLO")
    call_command("backup", str(folder))
    assert blobs_in(folder)[stored_object.blob_key].read_bytes() == b"HELLO"
    call_command("backup", str(folder), "--verify")
    assert blobs_in(folder)[stored_object.blob_key].read_bytes() == b"hello"


def test_a_copy_of_the_wrong_length_is_made_again(old, folder):
    stored_object = make_object(make_person("alice"), content=b"hello")
    call_command("backup", str(folder))
    blobs_in(folder)[stored_object.blob_key].write_bytes(b"hel")
    call_command("backup", str(folder))
    assert blobs_in(folder)[stored_object.blob_key].read_bytes() == b"hello"


def flip(path) -> None:
    path.write_bytes(b"HELLO")


def shorten(path) -> None:
    path.write_bytes(b"hell")


def remove_with_its_folder(path) -> None:
    shutil.rmtree(path.parent)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (flip, "its SHA-256 is not the one recorded at its upload"),
        (shorten, "it has 4 bytes instead of 5"),
        (lambda path: path.unlink(), "it is missing"),
        (remove_with_its_folder, "it is missing"),
    ],
)
def test_a_damaged_blob_is_named_and_the_others_are_copied(old, folder, capsys, damage, reason):
    alice = make_person("alice")
    bad, *good = [make_object(alice, name) for name in ("bad", "good", "better")]
    damage(path_of(bad, old))
    with pytest.raises(CommandError, match=r"1 blobs are damaged or missing"):
        call_command("backup", str(folder))
    assert capsys.readouterr().err == f"{bad.pk} 'bad': {reason}.\n"
    assert blobs_in(folder).keys() == {each.blob_key for each in good}
    assert manifest(folder)["blobs"] == {"count": 2, "bytes": 10, "damaged": 1}


def test_what_is_known_as_damaged_is_kept_as_it_is(old, folder):
    alice = make_person("alice")
    bad, missing = make_object(alice, content=b"hello"), make_object(alice)
    path_of(bad, old).write_bytes(b"hel")
    path_of(missing, old).unlink()
    StoredObject.objects.update(state=State.ERROR)
    call_command("backup", str(folder))
    assert {key: path.read_bytes() for key, path in blobs_in(folder).items()} == {bad.blob_key: b"hel"}


def test_writers_go_on_while_the_database_is_copied(old, folder, monkeypatch):
    """Every commit of others would start a paged copy anew; the snapshot keeps it going."""
    monkeypatch.setattr("objects_app.backups.sqlite.PAGES_AT_ONCE", 10)
    alice = make_person("alice")
    steps = []

    def write(_self, sentence):
        steps.append(sentence)
        StoredObject.objects.create(account=alice.account, name="new", content_type="t", created_by="tests")

    monkeypatch.setattr("objects_app.progress.Progress.say_now_and_then", write)
    call_command("backup", str(folder))
    assert 5 < len(steps) < 100
    with sqlite3.connect(folder / "database.sqlite3") as copy:
        assert copy.execute("SELECT count(*) FROM objects_app_storedobject").fetchone() == (0,)
    copy.close()


def test_progress_tells_what_is_left(old, folder, monkeypatch, capsys):
    monkeypatch.setattr("objects_app.progress.time.monotonic", iter(range(0, 10**6, 20)).__next__)
    make_many(make_person("alice"), 3)
    call_command("backup", str(folder))
    out = capsys.readouterr().out
    assert "Blobs: 2 of 3, 27 bytes of 27 bytes" in out
    assert " s left." in out


def test_a_part_of_an_earlier_run_does_not_stay(old, folder):
    stored_object = make_object(make_person("alice"))
    call_command("backup", str(folder))
    path = blobs_in(folder)[stored_object.blob_key]
    path.with_suffix(".part").write_bytes(b"half")
    (path.parent / f"{path.name[:2]}{'0' * 46}.part").write_bytes(b"half")
    call_command("backup", str(folder))
    assert blobs_in(folder).keys() == {stored_object.blob_key}


def test_the_database_alone_is_copied_when_asked(old, folder, capsys):
    make_object(make_person("alice"))
    call_command("backup", str(folder), "--database-only")
    assert blobs_in(folder) == {}
    assert manifest(folder)["blobs"] is None
