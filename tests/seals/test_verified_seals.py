"""The trail compared with its seals as the schedule does: some at a time, and the result is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from objects_app import clock
from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import Swept
from objects_app.lifecycle.verified_seals import last_verification
from objects_app.models import AuditEvent, AuditSeal, Job
from objects_app.seals import anchors


def verify(seals_at_once: int) -> Swept:
    """A scheduled run, which goes on where the last one ended."""
    job, _ = Job.objects.get_or_create(pk="verify_seals")
    sweep = replace(JOBS["verify_seals"], batch_size=seals_at_once)
    return runs.run(sweep, before=clock.now(), started_by="tests", longest=timedelta(minutes=1), cursor=job.cursor)


@pytest.mark.parametrize("seals_at_once", [1, 2, 3, 20])
def test_a_sound_trail_is_read_whole_in_parts_of_any_size(chain, seals_at_once):
    swept = verify(seals_at_once)
    assert (swept.rows, swept.more, swept.trouble) == (9, False, ())
    assert (last_verification().seals, last_verification().findings) == (3, 0)
    assert not AuditEvent.objects.filter(action="audit.damage_found").exists()


@pytest.mark.parametrize("seals_at_once", [1, 2, 20])
def test_damage_is_found_whichever_part_it_is_in_and_recorded_once(chain, seals_at_once):
    AuditSeal.objects.filter(number=1).update(count=7)
    AuditEvent.objects.filter(pk=chain[2].last_id).update(result="changed")
    swept = verify(seals_at_once)
    assert [line.partition(":")[0] for line in swept.trouble] == [
        "seal 1 was changed",
        f"event {chain[2].last_id} was changed",
    ]
    event = AuditEvent.objects.get(action="audit.damage_found")
    assert (event.result, event.details) == ("failed", {"seals": 3, "findings": 2})
    assert last_verification().findings == 2


def test_the_last_result_stands_until_the_next_whole_check(chain):
    verify(20)
    before = last_verification()
    job = Job.objects.get(pk="verify_seals")
    swept = JOBS["verify_seals"].batch(clock.now(), 2, job.cursor)
    Job.objects.filter(pk="verify_seals").update(cursor=swept.cursor)
    assert (swept.more, last_verification()) == (True, before)


def test_what_was_found_before_a_pause_counts_at_the_end(chain):
    AuditSeal.objects.filter(number=1).update(count=7)
    part = JOBS["verify_seals"].batch(clock.now(), 1, "")
    Job.objects.filter(pk="verify_seals").update(cursor=part.cursor)
    verify(1)
    assert last_verification().findings == 1


def test_seals_that_were_cut_off_altogether_are_missed(chain):
    anchors.catch_up()
    AuditSeal.objects.all().delete()
    assert [line.partition(":")[0] for line in verify(20).trouble] == [f"seal {n} is missing" for n in (1, 2, 3)]


def test_where_nothing_is_sealed_nothing_is_verified(unguarded):
    assert verify(20) == Swept(0, 0, more=False)
    assert last_verification() is None
