"""DATABASE_URL: every part arrives, what is wrong is one sentence, and the sentence never holds the password."""

import sqlite3

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import databases

PARTS = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


def parts(url: str) -> tuple[str, ...]:
    return tuple(databases.postgresql(url)[part] for part in PARTS)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://alice:secret@db.example:5433/holdall", ("holdall", "alice", "secret", "db.example", "5433")),
        ("postgres://db.example/holdall", ("holdall", "", "", "db.example", "")),
        ("postgresql://al%40ice:s%2F%3A%25%20@db/hold%20all", ("hold all", "al@ice", "s/:% ", "db", "")),
        ("postgresql://u@[::1]:5433/holdall", ("holdall", "u", "", "::1", "5433")),
        ("postgresql:///holdall?host=/run/postgresql", ("holdall", "", "", "/run/postgresql", "")),
        ("postgresql://%2Frun%2Fpostgresql/holdall", ("holdall", "", "", "/run/postgresql", "")),
        ("postgresql://one:5433,two:5434/holdall", ("holdall", "", "", "one,two", "5433,5434")),
    ],
)
def test_each_part_of_the_url_arrives(url, expected):
    assert parts(url) == expected


def test_other_options_reach_the_driver_and_come_after_ours():
    options = databases.postgresql("postgresql://db/n?sslmode=require&connect_timeout=9&options=-c%20work_mem%3D8MB")
    assert (options["OPTIONS"]["sslmode"], options["OPTIONS"]["connect_timeout"]) == ("require", "9")
    assert options["OPTIONS"]["options"] == f"-c statement_timeout=0 {databases.TIMEOUTS} -c work_mem=8MB"


def test_idle_connections_are_probed_unless_the_url_says_otherwise():
    options = databases.postgresql("postgresql://db/n?keepalives_idle=9")["OPTIONS"]
    assert {name: options[name] for name in databases.PROBES} == databases.PROBES | {"keepalives_idle": "9"}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://u:hidden@db/n", "does not begin with postgresql://"),
        ("db.example/n", "does not begin with postgresql://"),
        ("postgresql://u:hidden@db", "names no database"),
        ("postgresql://u:hidden@db:abc/n", "its port is not a number from 1 to 65535"),
        ("postgresql://u:hidden@db:70000/n", "its port is not a number from 1 to 65535"),
        ("postgresql://u:hidden%zz@db/n", "is not postgresql://USER:PASSWORD@HOST:PORT/NAME"),
        ("postgresql://u:hidden@db/n?no_such_option=1", "is not postgresql://USER:PASSWORD@HOST:PORT/NAME"),
        ("postgresql://u:hidden@[::1/n", "is not postgresql://USER:PASSWORD@HOST:PORT/NAME"),
    ],
)
def test_a_wrong_url_is_refused_without_its_password(url, reason):
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL") as refusal:
        databases.postgresql(url)
    assert reason in str(refusal.value)
    assert "hidden" not in str(refusal.value)


def test_a_sqlite_that_is_too_old_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(ImproperlyConfigured, match=r"3\.35 or newer is needed"):
        databases.sqlite(tmp_path / "new")
