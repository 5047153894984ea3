"""The pairs of tests/races/bucket.py, at a store that keeps the condition of a copy and at one that ignores it."""

from functools import partial

import pytest

from objects_app.operations import promotion
from tests.factories import make_person
from tests.races.bucket import PAIRS, completed_and_purged, ending, put, staged
from tests.races.conftest import rounds
from tests.races.scenes import complete, remove_orphans
from tests.races.test_pairs import play_all
from tests.races.threads import at_once

pytestmark = pytest.mark.timeout(1800)
SLOWER = 10  # so many times longer than on a disk of its own a round takes here


@pytest.fixture
def real_database(postgresql_database):
    """The database of an installation with a bucket."""
    return postgresql_database


@pytest.fixture
def new_scene(_nothing_is_synced, bucket, s3):
    owner = make_person("alice")
    return lambda begins: begins(owner, s3)


@pytest.fixture
def ignoring_store(s3) -> None:
    """moto itself, which takes the condition of a copy and makes the copy whatever it is."""
    s3.endpoint_url = s3.moto.url


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_two_calls_that_meet_in_a_bucket_come_to_an_outcome_that_is_allowed(
    pair, new_scene, record_property, monkeypatch
):
    monkeypatch.setattr(promotion, "LEASE", pair.lease)
    play_all(pair, new_scene, record_property, rounds=rounds() // SLOWER)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.row == "X23"], ids=str)
def test_bytes_that_are_replaced_during_the_copy_are_noticed_by_their_etag_alone(
    pair, ignoring_store, new_scene, record_property
):
    play_all(pair, new_scene, record_property, rounds=rounds() // SLOWER)


def test_of_eight_completions_one_wins_and_the_others_are_told_whether_to_ask_again(new_scene):
    scene = new_scene(staged)
    outcomes = at_once(*[partial(complete, scene)] * 8)
    assert outcomes.count("READ_ONLY") == 1
    assert set(outcomes) <= {"READ_ONLY", "StillCompleting", "NotUploading"}
    assert ending(scene) == "READ_ONLY first"


def test_a_put_after_completion_is_stored_beside_the_content_and_swept(new_scene):
    scene = new_scene(completed_and_purged)
    put(scene)
    assert sorted(scene.blobs().values()) == [b"first", b"second"]
    assert remove_orphans(scene) == 1
    assert list(scene.blobs().values()) == [b"first"]
