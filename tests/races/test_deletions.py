"""Deletion and sweeps against completion and downloads: who wins, wins whole."""

from datetime import timedelta
from functools import partial

import pytest

from objects_app import access, audit, clock, signing
from objects_app.errors import NotUploading, ObjectNotFound
from objects_app.lifecycle import objects as lifecycle
from objects_app.models import State
from objects_app.operations import downloads, objects, tombstones, uploads
from objects_app.signing import Purpose
from tests.factories import make_object
from tests.operations.history import actions_on, row
from tests.races.threads import at_once, every_round, queued_behind, while_held

BEARER = access.anonymous_actor(access.Via.SIGNED_URL)


@pytest.fixture
def complete(racer, upload):
    return partial(uploads.complete_upload, upload, actor=racer.actor)


@pytest.fixture
def delete(racer, upload):
    return partial(objects.delete_object, upload, actor=racer.actor)


@pytest.fixture
def sweep():
    return lambda: lifecycle.expire_stale_uploads(before=clock.after(timedelta(hours=1)))


@pytest.fixture
def download(racer, upload, complete):
    done = complete()
    url = downloads.issue_download_url(done, actor=racer.actor, expires_in=timedelta(hours=1))
    grant = signing.verify(Purpose.DOWNLOAD, upload.pk, url.partition("?")[2])
    return partial(downloads.open_download, grant, actor=BEARER)


@pytest.fixture
def is_gone(upload, bodies_on_disk):
    def is_gone() -> bool:
        now = row(upload)
        return (now.state, now.sha256, now.blob_key, bodies_on_disk()) == (State.DELETED, "", "", [])

    return is_gone


@every_round
def test_a_completion_after_the_deletion_resurrects_nothing(complete, delete, is_gone, hold):
    late, _ = while_held(hold(uploads, "_promote"), complete, delete)
    assert isinstance(late, NotUploading)
    assert is_gone()


@every_round
def test_a_deletion_after_the_completion_is_final(complete, delete, is_gone, hold):
    deleted, done = while_held(hold(objects, "bury"), delete, complete)
    assert (done.state, deleted.state) == (State.READ_ONLY, State.DELETED)
    assert is_gone()


@every_round
def test_a_completion_during_the_deletion_comes_too_late(complete, delete, is_gone, hold):
    _, late = queued_behind(hold(audit, "record_each"), delete, complete)
    assert isinstance(late, NotUploading)
    assert is_gone()


@every_round
def test_a_deletion_during_the_completion_is_final(complete, delete, is_gone, hold):
    _, deleted = queued_behind(hold(audit, "record"), complete, delete)
    assert deleted.state == State.DELETED
    assert is_gone()


@every_round
def test_of_four_deletions_at_once_one_is_recorded(upload, delete, is_gone):
    outcomes = at_once(*[delete] * 4)
    assert [each.state for each in outcomes] == [State.DELETED] * 4
    assert actions_on(upload).count("object.deleted") == 1
    assert is_gone()


@every_round
def test_a_download_that_has_begun_stays_whole(download, delete, bodies_on_disk):
    reader = download().reader
    delete()
    assert (bodies_on_disk(), reader.read_at(0, 100)) == ([], b"first")
    reader.close()


@every_round
def test_a_download_that_meets_the_deletion_finds_nothing_and_reports_no_damage(
    upload, download, delete, is_gone, hold
):
    late, _ = while_held(hold(downloads, "get_storage"), download, delete)
    assert isinstance(late, ObjectNotFound)
    assert "object.failed" not in actions_on(upload)
    assert is_gone()


@every_round
def test_a_download_between_the_tombstone_and_the_end_of_the_bytes_finds_nothing(download, delete, is_gone, hold):
    _, late = while_held(hold(tombstones.blobs, "purge"), delete, download)
    assert isinstance(late, ObjectNotFound)
    assert is_gone()


@every_round
def test_the_sweep_skips_what_was_completed_before_it_looked(upload, complete, sweep, bodies_on_disk, hold):
    swept, done = while_held(hold(lifecycle, "bury"), sweep, complete)
    assert (swept.rows, done.state, row(upload).state) == (0, State.READ_ONLY, State.READ_ONLY)
    assert bodies_on_disk() == [b"first"]
    assert "object.expired" not in actions_on(upload)


@every_round
def test_a_completion_after_the_sweep_comes_too_late(complete, sweep, is_gone, hold):
    late, swept = while_held(hold(uploads, "_promote"), complete, sweep)
    assert isinstance(late, NotUploading)
    assert swept.rows == 1
    assert is_gone()


@every_round
def test_a_sweep_that_waits_for_the_completion_skips_it(upload, complete, sweep, bodies_on_disk, hold):
    done, swept = queued_behind(hold(audit, "record"), complete, sweep)
    assert (done.state, swept.rows, bodies_on_disk()) == (State.READ_ONLY, 0, [b"first"])


@every_round
def test_two_sweeps_at_once_expire_each_upload_once(racer, upload, sweep):
    others = [make_object(racer, f"n{n}", state=State.UPLOADING) for n in range(4)]
    outcomes = at_once(sweep, sweep)
    assert sum(each.rows for each in outcomes) == 5
    assert [actions_on(each).count("object.expired") for each in [upload, *others]] == [1] * 5
