"""Records that have served their time."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from objects_app import clock
from objects_app.lifecycle import records
from objects_app.lifecycle.sweeps import Swept
from objects_app.models import ApiKey, IdempotencyRecord, KeyUse
from objects_app.operations import keys
from tests.factories import OPERATOR

DAY = timedelta(days=1)


def test_old_requests_are_forgotten_and_young_ones_kept(alice, set_clock):
    moment = set_clock(hours=0)
    for name, age in (("old", DAY), ("young", DAY - timedelta(seconds=1))):
        IdempotencyRecord.objects.create(
            account=alice.account, fingerprint=name, target_id="x", created_at=moment - age
        )
    assert records.forget_requests(before=clock.ago(DAY)).rows == 1
    assert IdempotencyRecord.objects.get().fingerprint == "young"


def test_forgetting_is_limited(alice):
    for name in "abc":
        IdempotencyRecord.objects.create(account=alice.account, fingerprint=name, target_id="x")
    later = clock.after(timedelta(hours=1))
    swept = [records.forget_requests(before=later, limit=2) for _ in range(2)]
    assert swept == [Swept(2, 0, more=True), Swept(1, 0, more=False)]


@pytest.fixture
def use(alice, set_clock):
    """`use(3, "10.0.0.1")`: the key was used at the third minute from that address."""
    start = set_clock(minutes=0)

    def use(minute: int, address: str | None, key: ApiKey = alice.key) -> None:
        KeyUse.objects.create(key=key, at=start + timedelta(minutes=minute), address=address)
        set_clock(minutes=60)

    return use


def roll_up(**limit) -> Swept:
    return records.roll_up_key_uses(before=clock.now(), **limit)


def test_the_newest_use_is_written_into_the_key_with_its_address(alice, use, set_clock):
    first = set_clock(minutes=0)
    for minute, address in ((1, "10.0.0.1"), (3, "10.0.0.3"), (2, "10.0.0.2")):
        use(minute, address)
    assert roll_up() == Swept(3, 0, more=False)
    key = ApiKey.objects.get(pk=alice.key.pk)
    assert (key.last_used_at, key.last_used_from) == (first + timedelta(minutes=3), "10.0.0.3")
    assert not KeyUse.objects.exists()


def test_a_use_that_is_rolled_up_late_does_not_hide_a_newer_one(alice, use, set_clock):
    first = set_clock(minutes=0)
    for minute in (3, 1):
        use(minute, f"10.0.0.{minute}")
        roll_up()
    key = ApiKey.objects.get(pk=alice.key.pk)
    assert (key.last_used_at, key.last_used_from) == (first + timedelta(minutes=3), "10.0.0.3")


def test_a_second_roll_up_of_the_same_uses_changes_nothing(alice, use):
    use(1, "10.0.0.1")
    roll_up()
    before = ApiKey.objects.values().get(pk=alice.key.pk)
    assert roll_up() == Swept(0, 0, more=False)
    assert ApiKey.objects.values().get(pk=alice.key.pk) == before


def test_keys_are_written_in_one_order_by_every_run(alice, use):
    others = [keys.create_key(alice.account, name=f"k{number}", actor=OPERATOR)[0] for number in range(4)]
    for minute, key in enumerate(sorted(others, key=lambda key: key.pk, reverse=True)):
        use(minute, None, key)
    with CaptureQueriesContext(connection) as queries:
        roll_up()
    updates = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    written = [key.pk for sql in updates for key in others if key.pk in sql]
    assert written == sorted(key.pk for key in others)


def test_a_roll_up_is_limited(alice, use):
    for minute in range(3):
        use(minute, None)
    assert [roll_up(limit=2) for _ in range(2)] == [Swept(2, 0, more=True), Swept(1, 0, more=False)]


def test_sessions_are_forgotten_once_they_have_ended(db, set_clock):
    moment = set_clock(hours=0)
    for name, minutes in (("ended", -1), ("ending", 0), ("alive", 1)):
        Session.objects.create(session_key=name, session_data="", expire_date=moment + timedelta(minutes=minutes))
    assert records.forget_sessions(before=clock.now()).rows == 2
    assert Session.objects.get().session_key == "alive"


def test_a_session_id_is_never_told_whole(db):
    ended = clock.ago(DAY)
    Session.objects.create(session_key="0123456789abcdef", session_data="", expire_date=ended)
    [found] = records.find_sessions(clock.now())
    assert found.id == "012345…"
    assert "6789" not in f"{found}"
