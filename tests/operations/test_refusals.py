"""Floods of refusals: the trail tells their number, and they do not fill it."""

from datetime import timedelta
from functools import partial

import pytest

from objects_app import access, clock
from objects_app.errors import NotAllowed, ObjectNotFound
from objects_app.lifecycle import floods, runs
from objects_app.models import AuditEvent, RefusalFlood
from objects_app.operations import refusals
from objects_app.operations.refusals import record_refusal
from tests.factories import make_person
from tests.races.threads import at_once

FLOOD = 500


@pytest.fixture(autouse=True)
def _five_a_minute(settings):
    settings.REFUSALS_RECORDED = 5


def refuse(actor, times: int = 1, error=ObjectNotFound) -> None:
    for _ in range(times):
        record_refusal(error(), actor=actor, target_id="obj_x")


def sum_up() -> int:
    return floods.sum_up_refusals(before=clock.now()).rows


def told() -> list[int]:
    """How many refusals each event stands for, the newest first."""
    events = AuditEvent.objects.filter(action__in=["object.not_found", "object.refused"])
    return [event.details.get("count", 1) for event in events]


def test_five_hundred_refusals_are_six_events_that_tell_their_number(alice):
    refuse(alice.actor, FLOOD)
    assert sum_up() == FLOOD - 5
    assert told() == [FLOOD - 5, 1, 1, 1, 1, 1]


def test_the_event_of_a_flood_names_the_caller_and_its_time(alice, set_clock):
    set_clock(seconds=0)
    refuse(alice.actor, 6)
    last = set_clock(seconds=30)
    refuse(alice.actor)
    sum_up()
    event = AuditEvent.objects.first()
    assert (event.actor_id, event.account_id, event.result) == (alice.key.pk, alice.account.pk, "object_not_found")
    first = last - timedelta(seconds=30)
    assert event.details == {"count": 2, "first_at": first.isoformat(), "last_at": last.isoformat()}


def test_each_caller_action_and_result_has_a_count_of_its_own(alice, bob):
    refuse(alice.actor, 7)
    refuse(bob.actor, 8)
    refuse(alice.actor, 9, error=NotAllowed)
    assert sorted(RefusalFlood.objects.values_list("count", flat=True)) == [2, 3, 4]


def test_addresses_tell_those_who_have_no_name(db):
    for address in ("192.0.2.1", "192.0.2.2"):
        refuse(access.anonymous_actor(access.Via.PUBLIC_PAGE, address=address), 7)
    assert list(RefusalFlood.objects.values_list("address", "count")) == [("192.0.2.1", 2), ("192.0.2.2", 2)]


def test_a_flood_is_summed_up_after_a_minute_and_counted_anew(alice, set_clock):
    set_clock(seconds=0)
    refuse(alice.actor, 7)
    assert runs.run_job("sum_up_refusals", started_by="tests").rows == 0
    set_clock(seconds=61)
    assert runs.run_job("sum_up_refusals", started_by="tests").rows == 2
    refuse(alice.actor)
    assert RefusalFlood.objects.get().count == 1


def test_what_many_do_at_once_is_counted_exactly(real_database, monkeypatch):
    """No process knows of another's first refusals: all of these meet at the row, which none of them finds there."""
    monkeypatch.setattr(refusals.shared, "count", lambda *_, **__: FLOOD)
    alice = make_person("alice")
    at_once(*[partial(refuse, alice.actor, 20)] * 4, *[partial(sum_up)] * 2)
    at_once(sum_up, sum_up)
    assert sum(told()) == 80
    assert not RefusalFlood.objects.exists()


def test_a_flood_counts_as_often_as_it_says_for_anomalies(alice, settings):
    settings.ANOMALY_NOT_FOUND = 50
    refuse(alice.actor, 60)
    sum_up()
    runs.run_job("seal_audit", started_by="tests")
    runs.run_job("find_anomalies", started_by="tests")
    assert AuditEvent.objects.filter(action="anomaly.not_found_burst", target_id=alice.key.pk).count() == 1
