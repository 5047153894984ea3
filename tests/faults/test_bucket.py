"""Calls of the store that fail, each in turn: refused, cut, with a lost answer or half of one (X21, X22)."""

from dataclasses import replace

import pytest

from tests import factories
from tests.faults import front
from tests.faults.bucket import DIRECT, PROXIED, WITHOUT_CALLS, BucketWorld, CallFault
from tests.faults.trial import Trial, is_clean
from tests.s3.faults import cut, delay, fail, halve_answer, lose_answer

FAULTS = {
    "slow down": fail(503, "SlowDown"),
    "forbidden": fail(403, "AccessDenied"),
    "cut": cut(),
    "answer lost": lose_answer(),
    "half an answer": halve_answer(),
}
LONG = 60


@pytest.fixture
def world(sqlite_database, bucket, s3, at_once, monkeypatch):
    monkeypatch.setitem(sqlite_database["OPTIONS"], "init_command", "PRAGMA synchronous=OFF")
    with front.opened(monkeypatch) as opened:
        yield BucketWorld(opened, factories.make_person("alice"), s3)


@pytest.fixture
def proxied_world(world, settings):
    settings.UPLOAD_DELIVERY = "proxy"
    return world


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_completion_leaves_nothing_half_done(world, s3, fault, carry_out):
    trial = Trial(world, DIRECT["complete"], CallFault(s3.proxy, fault))
    carry_out(trial)
    assert trial.points


@pytest.mark.parametrize("fault", ["forbidden", "answer lost"])
@pytest.mark.parametrize("case", [name for name in DIRECT if name != "complete"])
def test_a_call_of_the_store_that_fails_leaves_nothing_half_done(world, s3, case, fault, carry_out):
    trial = Trial(world, DIRECT[case], CallFault(s3.proxy, FAULTS[fault]))
    carry_out(trial)
    assert trial.points


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_upload_through_this_server_leaves_nothing_half_done_in_the_store(proxied_world, s3, fault, carry_out):
    trial = Trial(proxied_world, PROXIED["upload"], CallFault(s3.proxy, fault))
    carry_out(trial)
    assert trial.points


@pytest.mark.parametrize("fault", ["slow down", "forbidden", "cut", "answer lost"])
def test_a_download_through_this_server_is_refused_while_the_store_fails(world, settings, s3, fault, carry_out):
    settings.DOWNLOAD_DELIVERY = "proxy"
    trial = Trial(world, PROXIED["download"], CallFault(s3.proxy, FAULTS[fault]))
    carry_out(trial)
    assert trial.points


@pytest.mark.parametrize("case", WITHOUT_CALLS.values(), ids=WITHOUT_CALLS)
def test_what_needs_no_call_of_the_store_makes_none(world, s3, case):
    target = case.prepare(world)
    calls = len(s3.proxy.calls)
    assert case.ask(world, target).status == case.good
    assert s3.proxy.operations()[calls:] == []


@pytest.mark.parametrize("operation", ["HeadObject", "CopyObject", "GetObject"])
def test_a_store_that_takes_too_long_leaves_the_upload_to_be_completed_again(world, bucket, s3, operation):
    target, patient = world.staged(), bucket.clients
    bucket.clients = replace(patient, read_timeout=1, copy_timeout=1)
    with s3.proxy.during(operation, delay(LONG)):
        answer = world.complete(target)
    bucket.clients = patient
    assert (answer.status, is_clean(answer, good=200)) == (503, True)
    assert world.see(target).rows[0][0] == "'UPLOADING'"
    assert world.complete(target).status == 200
    assert world.nothing_is_lost_or_left()


def test_a_store_that_is_down_refuses_completions_until_it_is_back(world, s3):
    target = world.staged()
    with s3.proxy.down():
        refusals = [world.complete(target) for _ in range(2)]
    assert [(answer.status, is_clean(answer, good=200)) for answer in refusals] == [(503, True)] * 2
    assert world.complete(target).status == 200
    assert world.nothing_is_lost_or_left()
