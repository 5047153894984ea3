"""Moving one object's content: the row names the copy once it is whole, and whoever reads is not disturbed."""

from datetime import timedelta

import pytest

from objects_app import access, clock, failpoints
from objects_app.errors import StorageUnavailable
from objects_app.lifecycle import leftovers, promotions
from objects_app.models import Promotion, State, StoredObject
from objects_app.operations import damage, downloads, moves, objects
from objects_app.operations.moves import ContentDamaged
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage
from tests.factories import make_object, put_bytes
from tests.operations.history import row, storage_fails
from tests.two_storages import content_of, is_whole, where

FAR_AHEAD = 2**50  # milliseconds
pytestmark = pytest.mark.usefixtures("two_storages")


@pytest.fixture
def stored(alice, two_storages) -> StoredObject:
    """On disk, while new objects go to the bucket."""
    stored = make_object(alice)
    two_storages.use("s3")
    return row(stored)


@pytest.fixture
def at(monkeypatch):
    """`at(point, act)`: something else happens when a verb first comes by."""

    def at(point, act):
        due = [point]
        monkeypatch.setattr(failpoints, "hook", lambda name: name in due and (due.remove(name), act()))

    return at


def move(stored_object: StoredObject) -> bool:
    begun = moves.begin_move(row(stored_object), get_storage())
    moves.copy_content(begun, count=lambda _size: None)
    return moves.finish_move(begun)


def copied(stored_object: StoredObject) -> moves.Move:
    begun = moves.begin_move(row(stored_object), get_storage())
    moves.copy_content(begun, count=lambda _size: None)
    return begun


def download(stored_object: StoredObject) -> downloads.Download:
    grant = TransferGrant(
        purpose=Purpose.DOWNLOAD,
        object_id=stored_object.pk,
        account=stored_object.account_id,
        epoch=0,
        grant=0,
        expires=FAR_AHEAD,
    )
    return downloads.open_download(grant, actor=access.anonymous_actor(access.Via.SIGNED_URL))


def purge() -> int:
    return leftovers.purge_bytes(before=clock.now()).rows


def remove_orphans() -> int:
    return leftovers.remove_orphans(before=clock.after(timedelta(days=9))).rows


def test_the_content_is_in_the_other_storage_and_nothing_else_has_changed(stored):
    assert move(stored)
    moved = row(stored)
    assert (where(moved), content_of(moved), moved.staging_key) == ("s3", b"hello", stored.blob_key)
    for name in ("state", "sha256", "size_bytes", "name", "completed_at", "visibility_epoch", "verified_at"):
        assert getattr(moved, name) == getattr(stored, name)
    assert not Promotion.objects.exists()


def test_an_unknown_digest_is_known_after_the_move(stored):
    StoredObject.objects.filter(pk=stored.pk).update(sha256="")
    assert move(stored)
    assert row(stored).sha256 == stored.sha256


def test_earlier_bytes_stay_for_those_who_may_still_read_them_and_then_go(stored, two_storages, set_clock):
    move(stored)
    assert (purge(), remove_orphans(), two_storages.keys_on_disk()) == (0, 0, [stored.blob_key])
    set_clock(hours=24, minutes=19)
    assert (purge(), two_storages.keys_on_disk()) == (0, [stored.blob_key])
    set_clock(hours=24, minutes=21)
    assert (purge(), two_storages.keys_on_disk(), row(stored).staging_key) == (1, [], "")
    assert is_whole(stored)


def test_who_has_read_the_row_before_the_move_still_gets_the_bytes(stored, at):
    moved = []
    at("download.before_open", lambda: moved.append(move(stored)))
    reader = download(stored).reader
    assert (moved, reader.read_at(0, 9)) == ([True], b"hello")
    reader.close()


def test_a_reader_that_was_opened_before_the_move_reads_to_its_end(stored, set_clock):
    reader = download(stored).reader
    move(stored)
    set_clock(days=2)
    purge()
    assert reader.read_at(0, 9) == b"hello"
    reader.close()


def test_a_deletion_takes_both_copies_at_once(stored, alice, two_storages):
    move(stored)
    objects.delete_object(row(stored), actor=alice.actor)
    assert (two_storages.keys_on_disk(), two_storages.keys_in_bucket()) == ([], [])


@pytest.mark.parametrize("point", ["move.before_copy", "move.after_copy", "move.before_cas"])
def test_an_object_that_is_deleted_meanwhile_stays_deleted_and_its_copy_goes(stored, alice, two_storages, at, point):
    at(point, lambda: objects.delete_object(row(stored), actor=alice.actor))
    begun = moves.begin_move(row(stored), get_storage())
    try:
        moves.copy_content(begun, count=lambda _size: None)
        assert not moves.finish_move(begun)
    except ContentDamaged:
        moves.give_up(begun)
        assert not damage.report_damage(stored, damage.MISSING, actor=alice.actor)
    assert (row(stored).state, two_storages.keys_on_disk(), two_storages.keys_in_bucket()) == (State.DELETED, [], [])
    assert not Promotion.objects.exists()


def test_of_two_who_move_the_same_object_one_wins(stored, two_storages):
    first, second = copied(stored), copied(stored)
    assert (moves.finish_move(first), moves.finish_move(second)) == (True, False)
    assert two_storages.keys_in_bucket() == [row(stored).blob_key]


def test_a_digest_that_is_computed_meanwhile_wins(stored):
    StoredObject.objects.filter(pk=stored.pk).update(sha256="")
    begun = copied(stored)
    promotions.compute_digests(before=clock.now())
    assert not moves.finish_move(begun)
    assert (row(stored).sha256, where(stored)) == (stored.sha256, "disk")


def test_a_copy_that_the_sweep_gave_up_is_never_named(stored, set_clock):
    begun = copied(stored)
    set_clock(hours=2)
    assert promotions.end_promotions(before=clock.now()).rows == 1
    assert not moves.finish_move(begun)
    assert where(stored) == "disk"


def test_no_sweep_takes_a_copy_whose_row_is_just_being_written(stored, at):
    swept = []
    at("move.before_cas", lambda: swept.extend([remove_orphans(), promotions.end_promotions(before=clock.now()).rows]))
    assert move(stored)
    assert (swept, is_whole(stored)) == ([0, 0], True)


@pytest.mark.parametrize(("content", "reason"), [(b"hellp", damage.WRONG_DIGEST), (b"hell", damage.WRONG_LENGTH)])
def test_damaged_content_is_not_copied(stored, two_storages, content, reason):
    two_storages.disk._path(stored.blob_key).write_bytes(content)
    begun = moves.begin_move(stored, get_storage())
    with pytest.raises(ContentDamaged, match=reason):
        moves.copy_content(begun, count=lambda _size: None)
    moves.give_up(begun)
    assert (where(stored), two_storages.keys_in_bucket(), Promotion.objects.count()) == ("disk", [], 0)


def test_what_is_known_to_be_damaged_is_moved_as_it_is(stored, alice, two_storages):
    two_storages.disk._path(stored.blob_key).write_bytes(b"hell")
    damage.report_damage(stored, damage.WRONG_LENGTH, actor=alice.actor)
    assert move(stored)
    moved = row(stored)
    assert (moved.state, content_of(moved), moved.sha256) == (State.ERROR, b"hell", stored.sha256)
    assert two_storages.keys_on_disk() == []


def test_earlier_bytes_of_what_is_found_damaged_after_the_move_are_kept(stored, alice, two_storages, set_clock):
    move(stored)
    damage.report_damage(row(stored), damage.WRONG_DIGEST, actor=alice.actor)
    set_clock(days=2)
    assert (purge(), two_storages.keys_on_disk()) == (0, [stored.blob_key])


def test_a_target_that_fails_leaves_the_object_where_it_is(stored, two_storages, monkeypatch):
    monkeypatch.setattr("tests.two_storages.FolderWriter.commit", storage_fails)
    begun = moves.begin_move(stored, get_storage())
    with pytest.raises(StorageUnavailable):
        moves.copy_content(begun, count=lambda _size: None)
    moves.give_up(begun)
    assert (where(stored), is_whole(stored), list(two_storages.bucket.list_parts())) == ("disk", True, [])


def test_an_object_that_goes_back_at_once_waits_until_no_url_names_its_earlier_bytes(stored, two_storages, set_clock):
    move(stored)
    two_storages.use("disk")
    back = moves.completed_in(bucket=True)
    assert (back.count(), back.filter(moves.can_move()).count()) == (1, 0)
    set_clock(minutes=21)
    assert back.filter(moves.can_move()).count() == 1
    earlier = row(stored).blob_key
    assert move(stored)
    assert (row(stored).staging_key, two_storages.keys_on_disk()) == (earlier, [row(stored).blob_key])


def test_a_purge_that_began_before_a_move_does_not_let_the_row_forget_what_it_was_moved_from(
    stored, two_storages, set_clock, at
):
    move(stored)
    set_clock(days=2)
    two_storages.use("disk")
    at("purge.after_unlink", lambda: move(stored))
    earlier = row(stored).blob_key
    purge()
    assert (row(stored).staging_key, is_whole(stored)) == (earlier, True)


def test_an_upload_that_began_in_the_old_storage_is_left_there(alice, two_storages):
    upload = make_object(alice, state=State.UPLOADING)
    put_bytes(upload, b"hello")
    two_storages.use("s3")
    assert (moves.completed_in(bucket=False).count(), moves.uploads_in(bucket=False).count()) == (0, 1)
