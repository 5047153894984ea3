"""`restore`: everything comes back as it was, on both databases, and what went meanwhile stays gone."""

import itertools
import stat

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction

from objects_app import clock, data_folder
from objects_app.backups import copies, named
from objects_app.backups.blobs import copy_blob
from objects_app.backups.postgresql import PostgreSQL
from objects_app.backups.refusals import BackupRefused
from objects_app.errors import NothingUploaded, StorageUnavailable
from objects_app.lifecycle import sealing
from objects_app.models import AuditEvent, MetadataPair, State, StoredObject
from objects_app.operations import objects, uploads
from objects_app.operations.keys import find_key
from objects_app.seals.chain import Check
from objects_app.storage import get_storage
from tests.backups.conftest import make_many, path_of
from tests.factories import PASSWORD, make_object, make_person, put_bytes


def contents() -> dict[str, bytes]:
    """What every READ_ONLY object has."""
    found = {}
    for stored_object in StoredObject.objects.filter(state=State.READ_ONLY):
        reader = get_storage().open(stored_object.blob_key)
        found[stored_object.pk] = reader.read_at(0, reader.size)
        reader.close()
    return found


def back_up_while(folder, do) -> None:
    """Do something when the database is copied and the blobs are not."""
    count = named.totals

    def totals(query):
        do()
        return count(query)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(named, "totals", totals)
        call_command("backup", str(folder))


def test_rows_blobs_keys_and_people_come_back(old_on_each, new_on_each, folder):
    alice = make_person("alice")
    objects_before = {make_object(alice, f"{n}", content=b"x" * n).pk: b"x" * n for n in (0, 1, 3_000_000)}
    deleted = make_object(alice, state=State.DELETED)
    call_command("backup", str(folder))
    with new_on_each():
        call_command("restore", str(folder))
        assert contents() == objects_before
        assert StoredObject.objects.get(pk=deleted.pk).state == State.DELETED
        assert find_key(alice.secret, address=None) == alice.key
        assert get_user_model().objects.get(email=alice.user.email).check_password(PASSWORD)


def test_the_audit_trail_of_a_restored_database_still_only_grows(old_on_each, new_on_each, folder):
    make_object(make_person("alice"))
    call_command("backup", str(folder))
    with new_on_each():
        call_command("restore", str(folder))
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            AuditEvent.objects.all().update(action="nothing")


def test_the_seals_of_a_restored_audit_trail_hold_and_go_on(old_on_each, new_on_each, folder):
    alice = make_person("alice")
    assert sealing.seal_audit(limit=2).rows == 2
    assert sealing.forget_audit_events(before=clock.now(), limit=2).rows == 2
    make_object(alice)
    sealing.seal_audit(limit=2)
    call_command("backup", str(folder))
    with new_on_each():
        call_command("restore", str(folder))
        assert list(Check().findings()) == []
        make_object(alice)
        assert sealing.seal_audit(limit=100).rows > 0
        check = Check()
        assert (list(check.findings()), check.unsealed()) == ([], 0)
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            AuditEvent.objects.all().delete()


def test_what_is_deleted_while_blobs_are_copied_is_a_tombstone(old_on_each, new_on_each, folder):
    alice = make_person("alice")
    kept = make_object(alice, "kept")
    gone = make_object(alice, "gone", metadata={"team": "red"})
    back_up_while(folder, lambda: objects.delete_object(gone, actor=alice.actor))
    with new_on_each():
        call_command("restore", str(folder))
        row = StoredObject.objects.get(pk=gone.pk)
        assert (row.state, row.metadata, row.sha256, row.blob_key) == (State.DELETED, {}, "", "")
        assert MetadataPair.objects.count() == 0
        assert contents().keys() == {kept.pk}
        assert AuditEvent.objects.filter(target_id=gone.pk).latest("id").actor_label == "command:restore"


def test_an_upload_that_is_replaced_while_blobs_are_copied_starts_anew(old, new, folder):
    alice = make_person("alice")
    staged = make_object(alice, state=State.UPLOADING)
    put_bytes(staged, b"first")
    back_up_while(folder, lambda: put_bytes(staged, b"second"))
    with new():
        call_command("restore", str(folder))
        row = StoredObject.objects.get(pk=staged.pk)
        assert (row.state, row.staging_key, row.staged_size, row.staged_sha256) == (State.UPLOADING, "", None, "")
        with pytest.raises(NothingUploaded):
            uploads.complete_upload(row, actor=alice.actor)


def test_an_upload_that_is_completed_while_blobs_are_copied_can_be_completed(old, new, folder):
    alice = make_person("alice")
    staged = make_object(alice, state=State.UPLOADING)
    put_bytes(staged, b"content")
    back_up_while(folder, lambda: uploads.complete_upload(staged, actor=alice.actor))
    with new():
        call_command("restore", str(folder))
        uploads.complete_upload(StoredObject.objects.get(pk=staged.pk), actor=alice.actor)
        assert contents() == {staged.pk: b"content"}


def test_the_secret_key_takes_the_place_of_a_fresh_one(old, new, folder):
    make_person("alice")
    call_command("backup", str(folder))
    with new() as data_dir:
        call_command("restore", str(folder))
        assert (data_dir / "secret_key").read_text() == "the old key"
        files = [data_dir / "secret_key", data_dir / "holdall.sqlite3"]
        assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]


def test_a_secret_key_of_the_environment_goes_first(old, new, folder, settings, capsys):
    make_person("alice")
    call_command("backup", str(folder))
    settings.SECRET_KEY = "from the environment"
    with new() as data_dir:
        (data_dir / "secret_key").unlink()
        call_command("restore", str(folder))
        assert not (data_dir / "secret_key").exists()
    assert "The secret key is not the backup's" in capsys.readouterr().out


def test_an_interrupted_restore_goes_on_where_it_stopped(old, new, folder):
    made = make_many(make_person("alice"), 40)
    call_command("backup", str(folder))
    with new() as data_dir:
        restore_until(10, folder)
        before = {path: path.stat().st_ino for path in data_dir.glob("objects/??/*")}
        assert data_folder.restore_mark().exists()
        call_command("restore", str(folder))
        assert contents().keys() == {each.pk for each in made}
        assert before.items() <= {path: path.stat().st_ino for path in data_dir.glob("objects/??/*")}.items()
        assert not data_folder.restore_mark().exists()


def restore_until(count: int, folder) -> None:
    """Break a restore off when it has copied so many blobs."""
    begun = itertools.count()

    def copy_some(blob, source, target, **options):
        if next(begun) >= count:
            raise OSError("the plug was pulled")
        copy_blob(blob, source, target, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "copy_blob", copy_some)
        with pytest.raises(CommandError, match="the plug was pulled"):
            call_command("restore", str(folder))


def test_a_blob_that_is_damaged_in_the_backup_is_named_and_the_others_come_back(old, new, folder, capsys):
    alice = make_person("alice")
    bad, good = make_object(alice, "bad"), make_object(alice, "good")
    call_command("backup", str(folder))
    path_of(bad, folder).write_bytes(b"HELLO")
    with new():
        with pytest.raises(CommandError, match="1 blobs are damaged or missing"):
            call_command("restore", str(folder))
        assert f"{bad.pk} 'bad': its SHA-256 is not" in capsys.readouterr().err
        assert path_of(good, folder).exists()


def test_a_backup_of_an_older_version_is_restored_as_it_is(old, new, folder):
    made = make_object(make_person("alice"))
    call_command("migrate", "sessions", "zero", verbosity=0)
    call_command("backup", str(folder))
    with new():
        call_command("restore", str(folder))
        call_command("migrate", verbosity=0)
        assert contents() == {made.pk: b"hello"}


def test_the_database_alone_is_restored_and_says_so(old, new, folder, capsys):
    made = make_object(make_person("alice"))
    call_command("backup", str(folder), "--database-only")
    with new():
        call_command("restore", str(folder))
        assert StoredObject.objects.get().pk == made.pk
        with pytest.raises(StorageUnavailable):  # an empty folder is still told from one that should be
            get_storage().prepare(holds_blobs=True)
    assert "It holds no blobs" in capsys.readouterr().out


def test_without_the_client_programs_of_postgresql_it_is_one_sentence(postgresql_database, folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match=r"^pg_dump is not on the PATH: install"):
        call_command("backup", str(folder), "--database-only")


def test_a_failure_of_postgresqls_programs_is_told_without_the_password(postgresql_database, folder):
    with pytest.raises(BackupRefused, match=r"^pg_restore failed: .*could not open input file") as refusal:
        PostgreSQL().take_in(folder / "nothing")
    assert "postgresql://" not in str(refusal.value)
