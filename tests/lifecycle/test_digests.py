"""How fast digests are computed anew, and of what."""

from datetime import timedelta

import pytest

from objects_app import clock
from objects_app.lifecycle import runs, verification
from objects_app.models import Job
from tests.factories import make_object
from tests.operations.history import row, storage_fails

DAYS = 30


@pytest.fixture
def old(alice, set_clock, settings):
    """Three objects of ten bytes that are due, at a pace of one byte a second."""
    settings.VERIFY_BYTES_PER_SECOND = 1
    old = []
    for number in range(3):
        set_clock(milliseconds=number)
        old.append(make_object(alice, str(number), content=b"0123456789"))
    set_clock(days=DAYS, seconds=1)
    return old


def run() -> int:
    """Bytes that a scheduled run has read."""
    return runs.run_job("verify_digests", started_by="tests").bytes


def test_what_was_verified_lately_is_not_read_again(alice, blobs, monkeypatch):
    make_object(alice)
    monkeypatch.setattr(blobs, "open", lambda _key: 1 / 0)
    assert run() == 0


def test_what_is_due_is_read_once(old, set_clock, settings):
    settings.VERIFY_BYTES_PER_SECOND = 10**9
    assert run() == 30
    set_clock(days=2 * DAYS - 1)
    assert run() == 0
    assert len({row(each).verified_at for each in old}) == 1


def test_reading_stops_when_the_pace_is_used_up_and_goes_on_later(old, set_clock, monkeypatch):
    monkeypatch.setattr(verification, "DIGESTS_AT_ONCE", 1)
    read = []
    for seconds in (0, 1, 9, 10, 11, 30):
        set_clock(days=DAYS, seconds=1 + seconds)
        read.append(run())
    assert read == [20, 0, 0, 10, 0, 0]


def test_the_pace_ends_a_batch_in_its_middle(old):
    assert [run(), run()] == [20, 0]


def test_the_time_of_a_run_ends_a_batch_in_its_middle(old, monkeypatch, settings):
    settings.VERIFY_BYTES_PER_SECOND = 10**9
    monkeypatch.setattr(verification, "LONGEST_BATCH_SECONDS", -1)
    assert verification.verify_digests(before=clock.now()).rows == 0


def test_a_pause_is_not_caught_up_with(old, set_clock, monkeypatch):
    """An hour without a worker does not allow an hour's reading at once."""
    monkeypatch.setattr(verification, "DIGESTS_AT_ONCE", 1)
    run()
    set_clock(days=DAYS, hours=1)
    assert run() == 10
    assert float(Job.objects.get(pk="verify_digests").cursor) > 0


def test_the_longest_unverified_comes_first(alice, set_clock, monkeypatch):
    monkeypatch.setattr(verification, "DIGESTS_AT_ONCE", 1)
    made = []
    for minutes in (2, 1, 3):
        set_clock(minutes=minutes)
        made.append(make_object(alice))
    set_clock(days=DAYS)
    verification.verify_digests(before=clock.now())
    assert [row(each).verified_at for each in made].index(set_clock(days=DAYS)) == 1


def test_an_object_without_a_digest_is_compared_by_its_length(alice, old):
    type(old[0]).objects.filter(pk=old[0].pk).update(sha256="")
    assert verification.wrong_digest(row(old[0])) == ""


def test_what_cannot_be_read_is_tried_again_by_the_next_run(old, blobs, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(blobs, "open", storage_fails)
        run()
    before = clock.ago(timedelta(days=DAYS))
    assert verification.due_digests(before=before).count() == 3


def test_what_cannot_be_read_keeps_nothing_else_waiting(old, blobs, monkeypatch, settings):
    settings.VERIFY_BYTES_PER_SECOND = 10**9
    monkeypatch.setattr(verification, "DIGESTS_AT_ONCE", 1)
    first = verification.due_digests(before=clock.now())[0]
    really_open = blobs.open
    monkeypatch.setattr(blobs, "open", lambda key: storage_fails() if key == first.blob_key else really_open(key))
    run()
    verified = {each.pk for each in old if row(each).verified_at > each.completed_at}
    assert verified == {each.pk for each in old} - {first.pk}


def test_a_run_at_age_zero_reads_everything_once(alice, settings):
    settings.VERIFY_DIGESTS_AFTER = timedelta(0)
    for _ in range(3):
        make_object(alice, content=b"")
    assert runs.run_job("verify_digests", started_by="tests").rows == 3
