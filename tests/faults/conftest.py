"""A world for each test, and the figure of all fault points at the end of a test run."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from config import databases
from objects_app.storage.base import new_key
from tests import factories
from tests.databases import empty, everything_in
from tests.faults import front
from tests.faults.trial import Trial
from tests.faults.world import BYSTANDERS_FOLDER, FOLDER, World
from tests.postgres_proxy import PostgresProxy


@pytest.fixture
def at_once(settings) -> None:
    """Sweeps take everything, however young."""
    settings.UPLOAD_LIFETIME = settings.VERIFY_DIGESTS_AFTER = timedelta(0)
    settings.THROTTLE_ENABLED = False
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def make_world(disk, at_once, monkeypatch) -> Iterator[Callable[[], World]]:
    with front.opened(monkeypatch) as opened:

        def make_world() -> World:
            monkeypatch.setattr("objects_app.storage.disk.new_key", lambda: BYSTANDERS_FOLDER + new_key()[2:])
            world = World(opened, factories.make_person("alice"), disk)
            monkeypatch.setattr("objects_app.storage.disk.new_key", lambda: FOLDER + new_key()[2:])
            return world

        yield make_world


@pytest.fixture
def sqlite_world(sqlite_database, make_world, monkeypatch) -> World:
    """Without waiting for the disk: no power is cut here."""
    monkeypatch.setitem(sqlite_database["OPTIONS"], "init_command", "PRAGMA synchronous=OFF")
    return make_world()


@pytest.fixture(params=[False, True], ids=["before", "after"])
def proxy(request, migrated_postgresql) -> Iterator[PostgresProxy]:
    """Cuts connections before the statement reaches the database, or after it was carried out."""
    proxy = PostgresProxy(migrated_postgresql, carries_out=request.param)
    yield proxy
    proxy.stop()


@pytest.fixture
def postgresql_world(proxy, django_db_blocker, migrated_postgresql, make_world) -> Iterator[World]:
    with django_db_blocker.unblock(), everything_in(databases.postgresql(proxy.url)):
        yield make_world()
    empty(migrated_postgresql)


@pytest.fixture
def carry_out(record_property):
    def carry_out(trial: Trial) -> None:
        trial.run()
        record_property("fault_points", len(trial.points))
        record_property("slowest_recovery", trial.slowest)

    return carry_out


def pytest_terminal_summary(terminalreporter):
    passed = [dict(report.user_properties) for report in terminalreporter.stats.get("passed", [])]
    points = [found["fault_points"] for found in passed if "fault_points" in found]
    if points:
        slowest = max(found.get("slowest_recovery", 0) for found in passed)
        terminalreporter.write_line(f"{sum(points)} fault points, slowest recovery {slowest:.2f} s")
