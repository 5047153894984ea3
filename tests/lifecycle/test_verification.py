"""Damage is found, said once, and never served; what cannot be read just now is no damage."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from objects_app import access, clock
from objects_app.errors import ObjectNotFound, StorageUnavailable
from objects_app.lifecycle import runs, verification
from objects_app.lifecycle.sweeps import Swept
from objects_app.models import AuditEvent, Job, JobRun, State
from objects_app.operations import objects, uploads
from objects_app.operations.damage import MISSING, STAGED_MISSING, WRONG_DIGEST, WRONG_LENGTH
from objects_app.operations.downloads import open_download
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage
from tests.factories import make_object, put_bytes
from tests.operations.history import actions_on, row, storage_fails

DAMAGES = {
    "missing": (lambda path: path.unlink(), MISSING),
    "short": (lambda path: path.write_bytes(b"hell"), WRONG_LENGTH),
    "long": (lambda path: path.write_bytes(b"hello!"), WRONG_LENGTH),
    "flipped": (lambda path: path.write_bytes(b"hellp"), WRONG_DIGEST),
}
every_damage = pytest.mark.parametrize("damage", DAMAGES)
lengths = pytest.mark.parametrize("damage", ["missing", "short", "long"])


def break_bytes(disk, stored_object, damage: str) -> str:
    spoil, reason = DAMAGES[damage]
    now = row(stored_object)
    spoil(disk._path(now.blob_key or now.staging_key))
    return reason


def verify_lengths(**options) -> Swept:
    return verification.verify_lengths(before=clock.now(), **options)


def verify_digests(**options) -> Swept:
    return verification.verify_digests(before=clock.now(), **options)


def download(stored_object) -> None:
    expires = 10**15
    grant = TransferGrant(Purpose.DOWNLOAD, stored_object.pk, stored_object.account_id, 0, 0, expires)
    open_download(grant, actor=access.anonymous_actor(access.Via.SIGNED_URL))


@every_damage
def test_damage_makes_the_object_an_error_with_its_reason(alice, disk, damage):
    damaged = make_object(alice)
    reason = break_bytes(disk, damaged, damage)
    assert verify_digests().trouble == (f"{damaged.pk}: {reason}",)
    assert (row(damaged).state, row(damaged).error_reason) == (State.ERROR, reason)


@lengths
def test_a_look_at_the_length_finds_what_is_missing_short_or_long(alice, disk, damage):
    damaged = make_object(alice)
    reason = break_bytes(disk, damaged, damage)
    assert verify_lengths() == Swept(1, 0, more=False, trouble=(f"{damaged.pk}: {reason}",))
    assert row(damaged).state == State.ERROR


@every_damage
def test_damage_is_recorded_once_however_often_it_is_looked_for(alice, disk, damage):
    damaged = make_object(alice)
    reason = break_bytes(disk, damaged, damage)
    for verify in (verify_digests, verify_lengths, verify_digests):
        verify()
    event = AuditEvent.objects.get(target_id=damaged.pk, action="object.failed")
    assert (event.result, event.details["reason"], event.actor_label) == ("failed", reason, "system:verify")


@every_damage
def test_a_damaged_object_is_not_served(alice, disk, damage):
    damaged = make_object(alice)
    break_bytes(disk, damaged, damage)
    verify_digests()
    with pytest.raises(ObjectNotFound):
        download(damaged)


@lengths
def test_a_download_finds_damage_before_any_sweep_does(alice, disk, damage):
    damaged = make_object(alice)
    reason = break_bytes(disk, damaged, damage)
    with pytest.raises(ObjectNotFound):
        download(damaged)
    assert (row(damaged).state, row(damaged).error_reason) == (State.ERROR, reason)


def test_sound_bytes_are_said_nothing_about(alice, disk):
    sound = make_object(alice)
    assert verify_lengths() == Swept(1, 0, more=False)
    assert verify_digests().trouble == ()
    assert (row(sound).state, actions_on(sound)[-1]) == (State.READ_ONLY, "object.completed")


@lengths
def test_an_upload_that_lost_its_bytes_can_be_uploaded_again(alice, disk, damage):
    upload = make_object(alice, state=State.UPLOADING)
    put_bytes(upload, b"hello")
    break_bytes(disk, upload, damage)
    assert verify_lengths().trouble == (f"{upload.pk}: {STAGED_MISSING}",)
    put_bytes(upload, b"again")
    assert uploads.complete_upload(upload, actor=alice.actor).size_bytes == 5


def test_an_upload_that_was_replaced_meanwhile_is_said_nothing_about(alice, monkeypatch):
    upload = make_object(alice, state=State.UPLOADING)
    put_bytes(upload, b"first")
    looked = row(upload)
    put_bytes(upload, b"second")
    assert verification.verify_length(looked) == ""
    assert row(upload).staged_size == 6


@pytest.mark.parametrize("verify", [verification.verify_length, verification.verify_digest])
def test_an_object_that_was_deleted_meanwhile_is_said_nothing_about(alice, verify):
    looked = row(make_object(alice))
    objects.delete_object(looked, actor=alice.actor)
    assert verify(looked) == ""
    assert "object.failed" not in actions_on(looked)


@pytest.mark.parametrize(("verify", "failing"), [(verify_lengths, "size_of"), (verify_digests, "open")])
def test_bytes_that_cannot_be_read_now_are_reported_and_change_nothing(alice, blobs, monkeypatch, verify, failing):
    unread = make_object(alice)
    before = row(unread)
    monkeypatch.setattr(blobs, failing, storage_fails)
    [line] = verify().trouble
    assert line.startswith(f"{unread.pk}: The stored bytes cannot be re")
    now = row(unread)
    assert (now.state, now.verified_at) == (before.state, before.verified_at)


def test_bytes_that_break_off_while_they_are_read_are_reported_and_change_nothing(alice, blobs, monkeypatch):
    unread = make_object(alice)
    closed = []

    class Broken:
        size = 5

        def read_at(self, _offset, _length):
            raise StorageUnavailable("Input/output error")

        def close(self):
            closed.append(self)

    monkeypatch.setattr(blobs, "open", lambda _key: Broken())
    monkeypatch.setattr(blobs, "size_of", lambda _key: 5)
    assert verify_digests().trouble == (f"{unread.pk}: The stored bytes cannot be read: Input/output error",)
    assert (row(unread).state, len(closed)) == (State.READ_ONLY, 1)


def test_the_walk_goes_on_behind_the_last_id_and_starts_again_at_the_end(alice):
    ids = sorted(make_object(alice, str(number)).pk for number in range(3))
    first = verify_lengths(limit=2)
    assert first == Swept(2, 0, more=True, cursor=ids[1])
    assert verify_lengths(limit=2, after=first.cursor) == Swept(1, 0, more=False, cursor="")


def test_the_schedule_goes_through_all_objects_by_and_by(alice, disk, monkeypatch):
    ids = sorted(make_object(alice, str(number)).pk for number in range(3))
    monkeypatch.setattr(runs, "BATCH", 1)
    places = []
    for _ in range(4):
        ticks = iter([0, 0, 9])
        monkeypatch.setattr(runs, "time", SimpleNamespace(monotonic=ticks.__next__))
        runs.run_job("verify_lengths", started_by="tests")
        places.append(Job.objects.get(pk="verify_lengths").cursor)
    assert places == [*ids, ""]


def test_a_run_that_finds_damage_tells_it_and_counts_as_failed(alice, disk):
    damaged = make_object(alice)
    reason = break_bytes(disk, damaged, "missing")
    runs.run_job("verify_lengths", started_by="tests")
    job = Job.objects.get(pk="verify_lengths")
    assert (JobRun.objects.get().error, job.failures) == (f"{damaged.pk}: {reason}", 1)
    assert job.last_succeeded_at is None


def test_deleting_a_damaged_object_frees_what_is_left_of_it(alice, disk):
    damaged = make_object(alice)
    break_bytes(disk, damaged, "short")
    verify_lengths()
    objects.delete_object(damaged, actor=alice.actor)
    assert list(get_storage().list_blobs()) == []


def test_an_unfinished_or_failed_object_has_no_bytes_to_verify(alice):
    for state in (State.UPLOADING, State.ERROR, State.DELETED):
        make_object(alice, state=state)
    later = clock.after(timedelta(days=1))
    assert verification.verify_lengths(before=later) == Swept(0, 0, more=False)
