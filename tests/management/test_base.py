"""What operators' commands share."""

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder

from objects_app import data_folder
from objects_app.lifecycle import runs
from objects_app.models import JobRun, StoredObject
from tests import live


def raising(failure: Exception):
    def fail(*_args, **_kwargs):
        raise failure

    return fail


def test_an_unprepared_database_is_one_sentence(tmp_path):
    environment = live.environment_of(tmp_path / "data")
    refused = live.manage("create_account", "Acme", "--json", environment=environment, check=False)
    sentence = "CommandError: The database is not prepared: run `manage.py setup` or `manage.py serve` first."
    assert (refused.returncode, refused.stdout, refused.stderr.splitlines()) == (1, "", [sentence])


@pytest.mark.parametrize("command", [["create_account", "x"], ["revoke_key", "key_x"], ["expire_uploads"]])
def test_a_half_migrated_database_is_refused(db, command):
    MigrationRecorder.Migration.objects.filter(app="objects_app").delete()
    with pytest.raises(CommandError, match="The database is not prepared"):
        call_command(*command)


def test_the_data_is_found_by_the_environment(holdall):
    assert "Acme" not in holdall.manage("create_account", "Acme", "--json")
    assert "Not well" not in holdall.manage("doctor")


@pytest.fixture
def half_restored(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    data_folder.restore_mark().write_text("a backup")


@pytest.mark.parametrize("command", ["fsck", "sweep", "verify_lengths", "purge_bytes"])
def test_nothing_is_swept_or_verified_while_bytes_are_still_to_be_restored(db, half_restored, command):
    with pytest.raises(CommandError, match="half restored"):
        call_command(command)


def test_no_job_runs_while_bytes_are_still_to_be_restored(db, half_restored):
    runs.run_job("verify_lengths", started_by="tests")
    assert not JobRun.objects.exists()


def test_a_database_that_does_not_answer_is_one_sentence(db, monkeypatch):
    monkeypatch.setattr(StoredObject.objects, "filter", raising(OperationalError("gone\naway")))
    with pytest.raises(CommandError, match="The database does not answer: gone away"):
        call_command("fsck")
