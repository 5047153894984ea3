"""`doctor`: one line for each thing that Holdall stands on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Value

from objects_app import clock, first_start
from objects_app.management.commands import doctor
from tests.s3.faults import fail

NAMES = ["settings", "database", "migrations", "clock", "storage", "space", "broker"]


@pytest.fixture(autouse=True)
def _started(db):
    first_start.make_folders()


def lines(capsys) -> dict[str, str]:
    return {line.split()[1]: line.split()[0] for line in capsys.readouterr().out.splitlines()}


def ailing(capsys) -> list[str]:
    with pytest.raises(CommandError, match="Not well: "):
        call_command("doctor")
    return [name for name, verdict in lines(capsys).items() if verdict == "FAIL"]


def test_a_sound_installation_has_one_ok_line_for_each_thing(capsys):
    call_command("doctor")
    assert lines(capsys) == dict.fromkeys(NAMES, "ok")


def test_nothing_stays_behind_in_the_storage(blobs, capsys):
    call_command("doctor")
    assert blobs.blobs == {}


def test_a_wrong_setting_is_told(settings, capsys):
    settings.ALLOWED_HOSTS = ["*"]
    assert ailing(capsys) == ["settings"]


def test_missing_migrations_are_told(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "missing_migrations", lambda: 2)
    assert ailing(capsys) == ["migrations"]


def test_a_clock_that_is_off_is_told(monkeypatch, capsys):
    monkeypatch.setattr(clock, "now", lambda: Value(datetime(2020, 1, 1, tzinfo=UTC)))
    assert ailing(capsys) == ["clock"]


def test_a_storage_that_loses_bytes_is_told(blobs, monkeypatch, capsys):
    monkeypatch.setattr(type(blobs), "open", lambda *_: 1 / 0)
    assert ailing(capsys) == ["storage"]
    assert blobs.blobs == {}


def test_a_storage_that_changes_bytes_is_told(blobs, monkeypatch, capsys):
    monkeypatch.setattr("objects_app.storage.memory.MemoryReader.read_at", lambda *_: b"other bytes")
    assert ailing(capsys) == ["storage"]


def test_little_room_is_told(blobs, monkeypatch, capsys):
    monkeypatch.setattr(type(blobs), "free_bytes", lambda _: 2**20)
    assert ailing(capsys) == ["space"]


def test_a_missing_broker_folder_is_told(settings, tmp_path, capsys):
    gone = str(tmp_path / "gone")
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = dict.fromkeys(
        ("data_folder_in", "data_folder_out", "control_folder"), gone
    )
    assert ailing(capsys) == ["broker"]


@pytest.fixture
def of_bucket(bucket, settings, s3):
    settings.S3_BUCKET = s3.bucket
    return s3


def test_bytes_go_the_way_that_clients_send_them_and_nothing_stays(of_bucket, capsys):
    call_command("doctor")
    told = capsys.readouterr().out
    assert "ok    presigned" in told
    assert of_bucket.keys() == ["deployment/holdall-objects"]


def test_the_rules_that_the_bucket_should_have_are_printed(of_bucket, capsys):
    call_command("doctor")
    told = capsys.readouterr().out
    assert '"Prefix": "deployment/staging/"' in told
    assert '"AbortIncompleteMultipartUpload"' in told
    assert '"AllowedOrigins"' in told


@pytest.mark.parametrize("operation", ["CopyObject", "HeadObject"])
def test_a_way_that_is_cut_is_told_without_the_url(of_bucket, capsys, operation):
    of_bucket.proxy.plan(operation, fail(403, "AccessDenied"), call=0)
    with pytest.raises(CommandError, match="presigned"):
        call_command("doctor")
    assert "X-Amz-Signature" not in capsys.readouterr().out


def test_a_clock_that_makes_the_store_refuse_is_told(of_bucket, capsys):
    of_bucket.proxy.ahead = timedelta(hours=1)
    with pytest.raises(CommandError, match="storage, presigned"):
        call_command("doctor")
