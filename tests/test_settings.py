"""Settings are read strictly: a bad value stops every command with one sentence that names it."""

import os
import stat
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured

import manage
from config import content_policy
from config import environment as source
from config.secret_key import read_or_create_secret_key
from tests import live

NO_DURATION = "is not a duration: write a number and a unit, such as 90s, 15m, 1h or 7d."
WILDCARD = "ADDRESS is a wildcard, so set PUBLIC_BASE_URL to what clients use, such as https://objects.example.com."


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"UPLOAD_LIFETIME": "1y"}, f"UPLOAD_LIFETIME: '1y' {NO_DURATION}"),
        ({"PUBLIC_BASE_URL": "https://[::1"}, "PUBLIC_BASE_URL: 'https://[::1' is no URL."),
        (
            {"TRUSTED_PROXIES": "10.0.0.1/8"},
            "TRUSTED_PROXIES: '10.0.0.1/8' is no address and no network, such as 10.0.0.0/8.",
        ),
        ({"LOG_FILE": "/nowhere/log"}, "LOG_FILE: /nowhere/log cannot be written: No such file or directory."),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT: 'xml' is none of console, json."),
        ({"ADDRESS": "8000"}, "CommandError: ADDRESS: '8000' is not HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000."),
        (
            {"ADDRESS": "0.0.0.0:8000"},
            f"CommandError: PUBLIC_BASE_URL: nobody can reach http://0.0.0.0:8000. {WILDCARD}",
        ),
    ],
)  # fmt: skip
def test_a_bad_setting_stops_serve_with_one_sentence(tmp_path, environment, sentence):
    settings = live.environment_of(tmp_path / "data", **environment)
    refused = live.manage("serve", environment=settings, check=False)
    assert (refused.returncode, refused.stdout, refused.stderr.splitlines()) == (1, "", [sentence])


@pytest.mark.parametrize("text", ["", "1", "-1s", "1.5h", "1h ", "٣h", "h", "99999d"])
def test_a_duration_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("SOME_TIME", text)
    with pytest.raises(ImproperlyConfigured, match=r"^SOME_TIME: "):
        source.duration("SOME_TIME", default="1h")


def test_durations_have_units(monkeypatch):
    monkeypatch.setenv("SOME_TIME", "15m")
    assert source.duration("SOME_TIME", default="1h") == timedelta(minutes=15)
    assert source.duration("OTHER_TIME", default="7d") == timedelta(days=7)


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "٣", "x", ""])
def test_a_number_that_is_none_or_too_small_is_refused(monkeypatch, text):
    monkeypatch.setenv("SOME_NUMBER", text)
    with pytest.raises(ImproperlyConfigured, match=r"^SOME_NUMBER: "):
        source.whole_number("SOME_NUMBER", default=1)


def test_a_switch_is_true_or_false(monkeypatch):
    monkeypatch.setenv("SOME_SWITCH", "False")
    assert source.switch("SOME_SWITCH", default=True) is False
    monkeypatch.setenv("SOME_SWITCH", "yes")
    with pytest.raises(ImproperlyConfigured, match=r"^SOME_SWITCH: 'yes' is neither true nor false"):
        source.switch("SOME_SWITCH", default=True)


def test_a_text_is_taken_to_the_letter(monkeypatch):
    monkeypatch.setenv("SOME_TEXT", "$HOME")
    assert source.text("SOME_TEXT") == "$HOME"


def test_words_are_parted_by_commas_and_spaces_around_them(monkeypatch):
    monkeypatch.setenv("SOME_WORDS", " a.example, b.example ,, ")
    assert source.words("SOME_WORDS") == ["a.example", "b.example"]
    assert source.words("OTHER_WORDS") == []


def test_networks_are_addresses_too(monkeypatch):
    monkeypatch.setenv("SOME_NETWORKS", "10.0.0.0/8, 192.168.0.1,fd00::/8")
    assert source.networks("SOME_NETWORKS") == ["10.0.0.0/8", "192.168.0.1", "fd00::/8"]


@pytest.mark.parametrize("text", ["foo", "10.0.0.1/8", "10.0.0.0/8,*", "10.0.0.0/8 192.168.0.1"])
def test_what_is_no_network_is_refused(monkeypatch, text):
    monkeypatch.setenv("SOME_NETWORKS", text)
    with pytest.raises(ImproperlyConfigured, match=r"^SOME_NETWORKS: '.*' is no address and no network"):
        source.networks("SOME_NETWORKS")


def test_a_file_is_found_from_the_folder_of_the_start(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_FILE", "holdall.log")
    assert source.writable_file("SOME_FILE") == str(tmp_path / "holdall.log")
    assert source.writable_file("OTHER_FILE") == ""


def test_a_file_that_cannot_be_written_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SOME_FILE", str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match=r"^SOME_FILE: .* cannot be written: Is a directory"):
        source.writable_file("SOME_FILE")


def test_https_is_https_in_capitals_too(tmp_path):
    environment = live.environment_of(tmp_path / "data", PUBLIC_BASE_URL="HTTPS://Objects.Example.com/")
    show = "from django.conf import settings as s; print(s.PUBLIC_BASE_URL, s.SESSION_COOKIE_SECURE)"
    shown = live.manage("shell", "--no-imports", "-c", show, environment=environment)
    assert shown.stdout == "https://objects.example.com True\n"


def test_pages_may_send_bytes_to_the_bucket_and_nowhere_else(tmp_path):
    bucket = {"OBJECT_STORAGE": "s3", "S3_BUCKET": "objects", "S3_PUBLIC_ENDPOINT_URL": "https://s3.example.com"}
    environment = live.environment_of(tmp_path / "data", **bucket)
    show = "from django.conf import settings as s; print(*s.CONTENT_SECURITY_POLICY['DIRECTIVES']['connect-src'])"
    shown = live.manage("shell", "--no-imports", "-c", show, environment=environment)
    assert shown.stdout == "'self' https://s3.example.com https://objects.s3.example.com\n"


def test_pages_may_show_what_the_content_host_sends_and_frame_nothing_else():
    with_host = content_policy.policy(
        public="https://a.example", content="https://b.example", stores=["https://c.example"]
    )
    without = content_policy.policy(public="https://a.example", content="", stores=["https://c.example"])
    assert with_host["DIRECTIVES"]["frame-src"] == ["https://b.example", "https://c.example"]
    assert {"https://a.example", "https://b.example", "https://c.example"} < set(with_host["DIRECTIVES"]["img-src"])
    assert without["DIRECTIVES"]["frame-src"] == ["'none'"]


def test_the_content_host_has_the_scheme_of_the_pages(tmp_path):
    hosts = {"PUBLIC_BASE_URL": "https://a.example", "CONTENT_HOST": "B.example:8443"}
    show = "from django.conf import settings as s; print(s.CONTENT_BASE_URL)"
    environment = live.environment_of(tmp_path / "data", **hosts)
    assert (
        live.manage("shell", "--no-imports", "-c", show, environment=environment).stdout == "https://b.example:8443\n"
    )


def test_the_cache_has_room_for_the_counters_of_many_addresses():
    cache = caches["process"]
    cache.set("first", 1)
    cache.set_many({f"address-{number}": 1 for number in range(1000)})
    assert cache.get("first") == 1


@pytest.mark.parametrize(("address", "folder"), [("--address", "--data-dir"), ("--addr", "--data"), ("--a", "--d")])
def test_options_of_serve_become_settings_however_short(monkeypatch, address, folder):
    monkeypatch.setattr(os, "environ", {})
    manage.adopt_server_options([address, "127.0.0.1:9000", folder, "elsewhere"])
    assert os.environ == {"ADDRESS": "127.0.0.1:9000", "DATA_DIR": "elsewhere"}


def test_a_secret_key_is_made_once_for_the_owner_alone(tmp_path):
    first = read_or_create_secret_key(tmp_path / "data" / "secret_key")
    assert read_or_create_secret_key(tmp_path / "data" / "secret_key") == first
    assert len(first) >= 50
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()] == [0o600]
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_two_installations_have_different_secret_keys(tmp_path):
    one, two = tmp_path / "one" / "secret_key", tmp_path / "two" / "secret_key"
    assert read_or_create_secret_key(one) != read_or_create_secret_key(two)


def test_an_empty_secret_key_is_refused(tmp_path):
    (tmp_path / "secret_key").write_text("\n")
    with pytest.raises(ImproperlyConfigured, match="secret_key is empty"):
        read_or_create_secret_key(tmp_path / "secret_key")


def test_a_data_folder_that_is_a_file_is_one_sentence(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(ImproperlyConfigured, match=r"^DATA_DIR: .* cannot be used: (File exists|Not a directory)"):
        read_or_create_secret_key(tmp_path / "data" / "secret_key")
