"""Races run on a real database and real files, with real commits. `make races` prints what they came to."""

import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from objects_app.models import StoredObject
from tests.databases import close
from tests.factories import Person, make_person
from tests.races.scenes import Scene

Begin = Callable[[Person], StoredObject]


def rounds() -> int:
    """RACE_ROUNDS_SQLITE and RACE_ROUNDS_POSTGRESQL come before RACE_ROUNDS."""
    return int(os.environ.get(f"RACE_ROUNDS_{connection.vendor.upper()}") or os.environ.get("RACE_ROUNDS", "20"))


@pytest.fixture
def _nothing_is_synced(real_database, monkeypatch):
    """No power is cut here: without waiting for the disk there is time for ten times the rounds."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    if connection.vendor == "sqlite":
        connection_created.connect(_sync_nothing)
        yield
        connection_created.disconnect(_sync_nothing)
    else:
        _change_database("SET synchronous_commit = off")
        yield
        _change_database("RESET synchronous_commit")


def _change_database(change: str) -> None:
    """It holds for connections that are opened from now on."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {connection.settings_dict['NAME']} {change}")
    close(connection)


def _sync_nothing(connection, **_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")


@pytest.fixture
def new_scene(_nothing_is_synced, disk) -> Callable[[Begin], Scene]:
    owner, guest = make_person("alice"), make_person("bob")
    return lambda begins: Scene(owner, guest, disk, begins(owner))


@pytest.fixture
def scenes(new_scene, record_property) -> Callable[[Begin], Iterator[Scene]]:
    """A scene for each round."""

    def scenes(begins: Begin) -> Iterator[Scene]:
        record_property("rounds", (connection.vendor, rounds()))
        for _ in range(rounds()):
            scene = new_scene(begins)
            yield scene
            scene.clear()

    return scenes


def pytest_terminal_summary(terminalreporter):
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call" and "rounds" in dict(report.user_properties)
    ]
    total, races = Counter(), Counter()
    for report in reports:
        vendor, done = dict(report.user_properties)["rounds"]
        total[vendor] += done
        races[vendor] += 1
    failed = [report.longreprtext for report in reports if report.failed]
    deadlocks = sum("deadlock detected" in text for text in failed)
    for vendor in sorted(total):
        terminalreporter.write_line(f"races on {vendor}: {races[vendor]} races, {total[vendor]} rounds")
    if reports:
        terminalreporter.write_line(f"races with violations: {len(failed)}, with deadlocks: {deadlocks}")
