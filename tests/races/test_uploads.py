"""Completion and uploads against each other: one whole body, one completion, nothing left on the disk."""

from functools import partial

from objects_app import audit
from objects_app.errors import NotUploading, UploadClosed
from objects_app.models import IdempotencyRecord, State, StoredObject
from objects_app.operations import objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.operations.repeats import Fingerprint
from tests.factories import put_bytes
from tests.operations.history import actions_on, row
from tests.races.threads import at_once, every_round, queued_behind, while_held

REQUEST = Fingerprint("POST", "/v1/objects/x/complete", "retry-1", b"{}")


def completion(person, upload, fingerprint=None):
    return partial(uploads.complete_upload, upload, actor=person.actor, fingerprint=fingerprint)


@every_round
def test_of_sixteen_completions_one_wins(racer, upload):
    outcomes = at_once(*[completion(racer, upload)] * 16)
    winners = [each for each in outcomes if isinstance(each, StoredObject)]
    assert [each.state for each in winners] == [State.READ_ONLY]
    assert sum(isinstance(each, NotUploading) for each in outcomes) == 15
    assert actions_on(upload).count("object.completed") == 1


@every_round
def test_the_same_completion_sixteen_times_succeeds_sixteen_times(racer, upload):
    outcomes = at_once(*[completion(racer, upload, REQUEST)] * 16)
    assert [each.state for each in outcomes] == [State.READ_ONLY] * 16
    assert actions_on(upload).count("object.completed") == 1


@every_round
def test_a_put_that_ends_after_the_completion_changes_nothing(racer, upload, bodies_on_disk, hold):
    hold = hold(uploads, "stage_upload")
    late, done = while_held(hold, partial(put_bytes, upload, b"second"), completion(racer, upload))
    assert isinstance(late, UploadClosed)
    assert (done.size_bytes, row(upload).size_bytes, bodies_on_disk()) == (5, 5, [b"first"])


@every_round
def test_a_put_that_ends_before_the_completion_is_what_is_completed(racer, upload, bodies_on_disk, hold):
    hold = hold(uploads, "_promote")
    done, _ = while_held(hold, completion(racer, upload), partial(put_bytes, upload, b"second"))
    assert (done.state, done.size_bytes, bodies_on_disk()) == (State.READ_ONLY, 6, [b"second"])


@every_round
def test_a_put_that_comes_during_the_completion_is_too_late(racer, upload, bodies_on_disk, hold):
    hold = hold(audit, "record")
    done, late = queued_behind(hold, completion(racer, upload), partial(put_bytes, upload, b"second"))
    assert isinstance(late, UploadClosed)
    assert (done.size_bytes, bodies_on_disk()) == (5, [b"first"])


@every_round
def test_a_completion_that_comes_during_a_put_completes_that_put(racer, upload, bodies_on_disk, hold):
    hold = hold(audit, "record")
    _, done = queued_behind(hold, partial(put_bytes, upload, b"second"), completion(racer, upload))
    assert (done.state, done.size_bytes, bodies_on_disk()) == (State.READ_ONLY, 6, [b"second"])


@every_round
def test_of_eight_puts_at_once_one_whole_body_stays(racer, upload, bodies_on_disk):
    bodies = [bytes([letter]) * 100_000 for letter in b"abcdefgh"]
    outcomes = at_once(*[partial(put_bytes, upload, body) for body in bodies])
    assert outcomes == [None] * 8
    [kept] = bodies_on_disk()
    assert kept in bodies
    done = uploads.complete_upload(upload, actor=racer.actor)
    assert (done.size_bytes, bodies_on_disk()) == (100_000, [kept])


@every_round
def test_the_same_creation_eight_times_at_once_makes_one_row(racer):
    request = Fingerprint("POST", "/v1/objects", "retry-1", b"{}")
    create = partial(objects.create_object, NewObject("n", "text"), actor=racer.actor, fingerprint=request)
    outcomes = at_once(*[create] * 8)
    assert len({each.stored_object.pk for each in outcomes}) == 1
    assert all(each.url for each in outcomes)
    assert (StoredObject.objects.count(), IdempotencyRecord.objects.count()) == (1, 1)
