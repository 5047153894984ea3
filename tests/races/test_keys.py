"""What may end though its key is revoked meanwhile (X27), and what dies with an account (X28)."""

from functools import partial

from objects_app.operations import accounts, keys
from tests.factories import OPERATOR, Api
from tests.races.scenes import complete, completed, download, ending, put, staged
from tests.races.threads import held_at, outcome, points_of


def revocation(scene):
    return partial(keys.revoke_key, scene.owner.key, actor=OPERATOR)


def test_a_put_may_end_whose_key_is_revoked_meanwhile_and_the_completion_is_refused(new_scene):
    scene = new_scene(staged)
    for point in points_of(partial(put, scene)):
        assert held_at(point, partial(put, scene), revocation(scene))[0] == "stored", point
        assert ending(scene) == "UPLOADING second"
    assert Api(scene.owner.secret).post(f"/v1/objects/{scene.stored_object.pk}/complete").status_code == 401


def test_a_completion_that_was_let_in_ends_whole_though_its_key_is_revoked(new_scene):
    points = points_of(partial(complete, scene := new_scene(staged)))
    for point in points:
        scene.clear()
        scene = new_scene(staged)
        assert held_at(point, partial(complete, scene), revocation(scene))[0] == "READ_ONLY"
        assert ending(scene) == "READ_ONLY first"


def test_downloads_die_with_the_account_of_the_object_or_of_who_asked(new_scene):
    for whose in ("owner", "guest"):
        scene = new_scene(completed)
        account = getattr(scene, whose).account
        assert download(scene) == "first"
        accounts.suspend_account(account, actor=OPERATOR)
        assert outcome(partial(download, scene)) == "ObjectNotFound"
        accounts.resume_account(account, actor=OPERATOR)
