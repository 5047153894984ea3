"""A process that dies at a failpoint: what it was doing is done wholly or not at all, and sweeps leave nothing."""

import os
from contextlib import suppress

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from objects_app import failpoints
from objects_app.errors import ObjectsError
from tests.crash.checking import Faults, World
from tests.crash.scenes import DIED, SCENES, Cast, in_a_process_that_dies_at
from tests.crash.sweeping import sweep_everything
from tests.factories import make_person
from tests.failpoints import every_failpoint

# They take two storages, or a bucket: tests/management/test_migrate_storage.py, tests/races/test_bucket.py.
ELSEWHERE = ("move.", "promote.", "promotions.")
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "1"))
_seen: dict[str, set[str]] = {}
pytestmark = pytest.mark.timeout(120 + 10 * ROUNDS)


@pytest.fixture
def person(real_database, disk):
    return make_person("alice")


def act(cast: Cast, scene: str) -> None:
    """An error is an answer as well."""
    with suppress(ObjectsError):
        SCENES[scene][1](cast)


def prepared(cast: Cast, scene: str) -> Cast:
    SCENES[scene][0](cast)
    return cast


@pytest.fixture
def scenes(person) -> dict[str, set[str]]:
    """The failpoints that each scene comes by, seen once for all tests of this process."""
    for scene in SCENES.keys() - _seen.keys():
        cast = prepared(Cast(person, f"{scene} undisturbed"), scene)
        names: set[str] = set()
        with pytest.MonkeyPatch.context() as watching:
            watching.setattr(failpoints, "hook", names.add)
            act(cast, scene)
        _seen[scene] = names
    return _seen


def play(cast: Cast, scene: str, failpoint: str) -> None:
    undisturbed = prepared(cast.twin(), scene)
    act(undisturbed, scene)
    prepared(cast, scene)
    before = (cast.observe(), cast.history())
    assert in_a_process_that_dies_at(failpoint, lambda: act(cast, scene)) == DIED
    assert (cast.observe(), cast.history()) in [before, (undisturbed.observe(), undisturbed.history())]
    act(cast, scene)
    assert cast.observe() == undisturbed.observe()


def faults_after_sweeps(tmp_path) -> Faults:
    with suppress(CommandError):
        call_command("fsck")  # tells of what the scenes have damaged
    sweep_everything()
    faults = Faults()
    World(tmp_path / "objects", ask_django).check_disk(faults)
    return faults


def ask_django(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.parametrize("failpoint", [name for name in every_failpoint() if not name.startswith(ELSEWHERE)])
def test_a_death_at_a_failpoint_leaves_all_or_nothing(person, tmp_path, scenes, failpoint):
    coming_by = sorted(scene for scene in SCENES if failpoint in scenes[scene])
    assert coming_by
    for number in range(-(-ROUNDS // len(coming_by))):
        for scene in coming_by:
            play(Cast(person, f"{scene} {number}"), scene, failpoint)
        assert faults_after_sweeps(tmp_path) == Faults()
