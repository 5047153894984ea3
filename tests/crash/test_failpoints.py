"""A process that dies at a failpoint: what it was doing is done wholly or not at all, and sweeps leave nothing."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from objects_app import failpoints
from objects_app.errors import ObjectsError
from objects_app.operations import promotion
from objects_app.storage.base import MARKER
from tests.crash.checking import Faults, World
from tests.crash.scenes import DIED, IN_BUCKET, ON_DISK, Cast, Scenes, in_a_process_that_dies_at
from tests.crash.sweeping import sweep_everything
from tests.factories import Person, make_person
from tests.failpoints import every_failpoint

OF_TWO_STORAGES = ("move.",)  # tests/management/test_migrate_storage.py
OF_BUCKETS = ("promote.", "promotions.")
OTHER_IN_BUCKETS = (*OF_BUCKETS, "complete.", "purge.")  # the rest is the same wherever the bytes are
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "1"))
PREFIX = "deployment/"
_seen: dict[tuple[str, str], set[str]] = {}
pytestmark = pytest.mark.timeout(120 + 10 * ROUNDS)


@dataclass
class Place:
    """Where the bytes are, what is done there, and what is there now."""

    name: str
    scenes: Scenes
    person: Person
    look: Callable[[], World]

    def coming_by(self, failpoint: str) -> list[str]:
        """Each scene is watched once for all tests of this process."""
        for scene in self.scenes:
            if (self.name, scene) not in _seen:
                _seen[self.name, scene] = self.watch(scene)
        return sorted(scene for scene in self.scenes if failpoint in _seen[self.name, scene])

    def watch(self, scene: str) -> set[str]:
        cast = self.prepared(Cast(self.person, f"{scene} undisturbed"), scene)
        names: set[str] = set()
        with pytest.MonkeyPatch.context() as watching:
            watching.setattr(failpoints, "hook", names.add)
            self.act(cast, scene)
        return names

    def prepared(self, cast: Cast, scene: str) -> Cast:
        self.scenes[scene][0](cast)
        return cast

    def act(self, cast: Cast, scene: str) -> None:
        """An error is an answer as well."""
        with suppress(ObjectsError):
            self.scenes[scene][1](cast)


@pytest.fixture
def disk_place(real_database, disk, tmp_path) -> Place:
    disk.bodies = tmp_path / "bodies"
    disk.bodies.mkdir()

    def look() -> World:
        files = [*disk.folder.glob("??/*"), *disk.bodies.iterdir()]
        return World({path.name for path in files}, ask_django)

    return Place(f"disk beside {connection.vendor}", ON_DISK, make_person("alice"), look)


@pytest.fixture
def bucket_place(postgresql_database, bucket, s3, settings, monkeypatch) -> Place:
    """As if a second completion always came when nobody waits for the first one any more."""
    monkeypatch.setattr(promotion, "LEASE", timedelta(0))
    settings.TRANSFER_TOTAL_TIMEOUT = timedelta(0)

    def look() -> World:
        world = World({key.removeprefix(PREFIX) for key in s3.keys(PREFIX)} - {MARKER}, ask_django)
        world.unfinished += s3.uploads().values()
        return world

    return Place("bucket", IN_BUCKET, make_person("alice"), look)


def play(place: Place, cast: Cast, scene: str, failpoint: str) -> None:
    undisturbed = place.prepared(cast.twin(), scene)
    place.act(undisturbed, scene)
    place.prepared(cast, scene)
    before = (cast.observe(), cast.history())
    assert in_a_process_that_dies_at(failpoint, lambda: place.act(cast, scene)) == DIED
    assert (cast.observe(), cast.history()) in [before, (undisturbed.observe(), undisturbed.history())]
    place.act(cast, scene)
    assert cast.observe() == undisturbed.observe()


def faults_after_sweeps(place: Place) -> Faults:
    with suppress(CommandError):
        call_command("fsck")  # tells of what the scenes have damaged
    sweep_everything()
    faults = Faults()
    place.look().check_bytes(faults)
    return faults


def ask_django(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def leaves_all_or_nothing(place: Place, failpoint: str) -> None:
    coming_by = place.coming_by(failpoint)
    assert coming_by
    for number in range(-(-ROUNDS // len(coming_by))):
        for scene in coming_by:
            play(place, Cast(place.person, f"{scene} {number}"), scene, failpoint)
        assert faults_after_sweeps(place) == Faults()


@pytest.mark.parametrize(
    "failpoint", [name for name in every_failpoint() if not name.startswith(OF_TWO_STORAGES + OF_BUCKETS)]
)
def test_a_death_at_a_failpoint_leaves_all_or_nothing_on_a_disk(disk_place, failpoint):
    leaves_all_or_nothing(disk_place, failpoint)


@pytest.mark.parametrize("failpoint", [name for name in every_failpoint() if name.startswith(OTHER_IN_BUCKETS)])
def test_a_death_at_a_failpoint_leaves_all_or_nothing_in_a_bucket(bucket_place, failpoint):
    leaves_all_or_nothing(bucket_place, failpoint)
