"""Many of the same call at the same moment: one wins, or all are told the same (X2, X4, X6, X15, X30)."""

from functools import partial

import pytest

from objects_app import clock
from objects_app.lifecycle import counts, leftovers
from objects_app.models import State, StoredObject
from objects_app.storage.base import new_key
from tests.factories import put_bytes
from tests.operations.history import actions_on
from tests.races.scenes import (
    HOUR,
    complete,
    complete_once,
    completed,
    create,
    creations,
    delete,
    deleted_with_bytes,
    ending,
    expire,
    staged,
    uploading,
)
from tests.races.threads import at_once

pytestmark = pytest.mark.timeout(1800)


def test_of_sixteen_completions_one_wins(scenes):
    for scene in scenes(staged):
        outcomes = at_once(*[partial(complete, scene)] * 16)
        assert sorted(outcomes) == ["NotUploading"] * 15 + ["READ_ONLY"]
        assert ending(scene) == "READ_ONLY first"


def test_the_same_completion_sixteen_times_succeeds_sixteen_times(scenes):
    for scene in scenes(staged):
        outcomes = at_once(*[partial(complete_once, scene)] * 16)
        assert outcomes == ["READ_ONLY"] * 16
        assert ending(scene) == "READ_ONLY first"


def test_of_four_deletions_at_once_one_is_recorded(scenes):
    for scene in scenes(completed):
        outcomes = at_once(*[partial(delete, scene)] * 4)
        assert outcomes == ["DELETED"] * 4
        assert ending(scene) == "DELETED"


def test_of_eight_puts_at_once_one_whole_body_stays(scenes):
    bodies = [bytes([letter]) * 100_000 for letter in b"abcdefgh"]
    for scene in scenes(staged):
        outcomes = at_once(*[partial(put_bytes, scene.stored_object, body) for body in bodies])
        assert outcomes == [None] * 8
        complete(scene)
        assert ending(scene).encode() in [b"READ_ONLY " + body for body in bodies]


def test_four_sweeps_at_once_expire_each_upload_once(scenes, new_scene):
    for scene in scenes(staged):
        others = [new_scene(uploading) for _ in range(4)]
        outcomes = at_once(*[partial(expire, scene)] * 4)
        assert sum(outcomes) == 5
        for each in [scene, *others]:
            assert actions_on(each.stored_object).count("object.expired") == 1


def test_four_purges_at_once_of_many_objects_do_not_wait_in_a_circle(scenes):
    for scene in scenes(deleted_with_bytes):
        account, label = scene.owner.account, {"name": "n", "folded_name": "n", "content_type": "text/plain"}
        deleted = {"state": State.DELETED, "deleted_at": clock.now(), "created_at": clock.now()}
        StoredObject.objects.bulk_create(
            StoredObject(account=account, staging_key=new_key(), **label, **deleted) for _ in range(12)
        )
        outcomes = at_once(
            *[partial(leftovers.purge_bytes, before=clock.after(HOUR), limit=limit) for limit in (3, 7, 20, 20)]
        )
        assert sum(each.rows for each in outcomes) >= 13
        assert not leftovers.bytes_to_purge(before=clock.after(HOUR)).exists()


def test_the_same_creation_eight_times_at_once_makes_one_row(scenes):
    for scene in scenes(uploading):
        assert at_once(*[partial(create, scene)] * 8) == ["UPLOADING"] * 8
        assert creations(scene) == "one"


def test_counts_that_are_folded_while_objects_come_and_go_stay_right(scenes, new_scene):
    for scene in scenes(staged):
        others = [new_scene(completed) for _ in range(4)]
        changes = [partial(complete, scene), *(partial(delete, each) for each in others)]
        folds = [partial(counts.fold_counts, before=clock.now(), limit=limit) for limit in (2, 10, 1_000)]
        outcomes = at_once(*changes, *folds)
        assert outcomes[: len(changes)] == ["READ_ONLY"] + ["DELETED"] * 4
        assert all(outcome.trouble == () for outcome in outcomes[len(changes) :])
        assert list(counts.find_wrong(clock.now())) == []
