"""What keeps the server from starting, and what it warns of."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks import WARNING, run_checks

from objects_app.checks import OF_SETTINGS


@pytest.fixture(autouse=True)
def _one_machine(settings):
    settings.DATABASE_URL = ""


def found() -> list[str]:
    return [message.id for message in run_checks(tags=OF_SETTINGS) if message.level >= WARNING]


def test_the_defaults_are_accepted():
    assert found() == []


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("ADDRESS", "8000", "holdall.E001"),
        ("PUBLIC_BASE_URL", "http://0.0.0.0:8000", "holdall.E002"),
        ("PUBLIC_BASE_URL", "http://[::]:8000", "holdall.E002"),
        ("PUBLIC_BASE_URL", "objects.example.com", "holdall.E002"),
        ("PUBLIC_BASE_URL", "ftp://objects.example.com", "holdall.E002"),
        ("PUBLIC_BASE_URL", "https://objects.example.com/path", "holdall.E002"),
        ("PUBLIC_BASE_URL", "https://user@objects.example.com", "holdall.E002"),
        ("PUBLIC_BASE_URL", "https://objects.example.com:port", "holdall.E002"),
        ("ALLOWED_HOSTS", ["a.example", "*"], "holdall.E003"),
        ("SECRET_KEY", "short", "holdall.E005"),
        ("SECRET_KEY_FALLBACKS", ["short"], "holdall.E005"),
        ("UPLOAD_URL_LIFETIME", timedelta(0), "holdall.E006"),
        ("SWEEP_UPLOADS_EVERY", timedelta(0), "holdall.E006"),
        ("IDEMPOTENCY_LIFETIME", timedelta(0), "holdall.E006"),
        ("VERIFY_DIGESTS_AFTER", timedelta(0), "holdall.E006"),
        ("METRICS_TOKEN", "short", "holdall.E007"),
        ("X_ACCEL_LOCATION", "/_objects/", "holdall.E009"),
        ("UPLOAD_BODY_FOLDER", Path("data/bodies").absolute(), "holdall.E011"),
        ("CONTENT_HOST", "https://content.example.com", "holdall.E010"),
        ("CONTENT_HOST", "content.example.com/path", "holdall.E010"),
        ("CONTENT_HOST", "content.example.com:port", "holdall.E010"),
        ("CONTENT_HOST", "[::1", "holdall.E010"),
        ("CONTENT_HOST", "[::]", "holdall.E010"),
        ("CONTENT_HOST", "127.0.0.1:8001", "holdall.E010"),
    ],
)
def test_a_dangerous_setting_keeps_the_server_from_starting(settings, setting, value, expected):
    setattr(settings, setting, value)
    assert found() == [expected]


@pytest.mark.parametrize("host", ["content.example.com", "localhost:8000", "[::1]:8000"])
def test_another_host_name_for_content_is_accepted(settings, host):
    settings.CONTENT_HOST = host
    assert found() == []


def test_upload_urls_of_more_than_a_week_are_warned_of(settings):
    settings.UPLOAD_URL_LIFETIME = settings.UPLOAD_LIFETIME = timedelta(days=8)
    assert found() == ["holdall.W001"]


def test_upload_urls_that_outlive_their_upload_are_warned_of(settings):
    settings.UPLOAD_URL_LIFETIME, settings.UPLOAD_LIFETIME = timedelta(hours=2), timedelta(hours=1)
    assert found() == ["holdall.W002"]


def test_uploads_that_expire_faster_than_they_are_noted_are_warned_of(settings):
    settings.UPLOAD_URL_LIFETIME = settings.UPLOAD_LIFETIME = timedelta(seconds=90)
    assert found() == ["holdall.W003"]


def test_a_database_for_several_machines_without_a_secret_key_for_all_is_warned_of(settings):
    settings.DATABASE_URL, settings.SECRET_KEY_IS_GIVEN = "postgresql://database/holdall", False
    assert found() == ["holdall.W004"]


def test_a_database_for_several_machines_and_a_secret_key_for_all_are_accepted(settings):
    settings.DATABASE_URL, settings.SECRET_KEY_IS_GIVEN = "postgresql://database/holdall", True
    assert found() == []


@pytest.mark.parametrize("location", ["_objects/", "/_objects", "/../", "/a b/", "//", "/_objects/\n"])
def test_a_location_of_the_front_server_that_is_none_is_refused(settings, location):
    settings.X_ACCEL_LOCATION, settings.TRUSTED_PROXIES = location, ["127.0.0.1"]
    assert found() == ["holdall.E008"]


def test_a_folder_of_bodies_on_another_file_system_is_warned_of(settings):
    settings.UPLOAD_BODY_FOLDER, settings.TRUSTED_PROXIES = Path("/proc/bodies"), ["127.0.0.1"]
    assert found() == ["holdall.W005"]


def test_a_folder_of_bodies_beside_the_objects_is_accepted(settings, tmp_path):
    settings.BLOBS_DIR, settings.TRUSTED_PROXIES = tmp_path / "objects", ["127.0.0.1"]
    settings.UPLOAD_BODY_FOLDER = tmp_path / "bodies"
    assert found() == []
