"""What operators' commands share."""

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from tests import live


def test_an_unprepared_database_is_one_sentence(tmp_path):
    environment = live.environment_of(tmp_path / "data")
    refused = live.manage("create_account", "Acme", "--json", environment=environment, check=False)
    sentence = "CommandError: The database is not prepared: run `manage.py serve` or `manage.py migrate` first."
    assert (refused.returncode, refused.stdout, refused.stderr.splitlines()) == (1, "", [sentence])


@pytest.mark.parametrize("command", [["create_account", "x"], ["revoke_key", "key_x"], ["expire_uploads"]])
def test_a_half_migrated_database_is_refused(db, command):
    MigrationRecorder.Migration.objects.filter(app="objects_app").delete()
    with pytest.raises(CommandError, match="The database is not prepared"):
        call_command(*command)


def test_the_data_is_found_by_the_environment(holdall):
    assert "Acme" not in holdall.manage("create_account", "Acme", "--json")
    assert "Not well" not in holdall.manage("doctor")
