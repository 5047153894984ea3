"""The trail as staff read it: all accounts, each filter from its index, in pages without gap or repeat."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from objects_app import access, audit, clock, trail
from objects_app.audit import AuditAction
from objects_app.errors import NotAllowed
from objects_app.lifecycle.sweeps import moment_of
from objects_app.models import AuditEvent
from objects_app.trail import Wanted
from tests.factories import make_object

STAFF = access.Actor(kind=access.Kind.PERSON, id="1", label="staff@example.com", audits=True, via=access.Via.ADMIN)
START = datetime(2026, 11, 1, tzinfo=UTC)
NARROW = {  # what an index exists for
    "audit_of_target": Wanted(target_id="obj_x"),
    "audit_of_address": Wanted(address="192.0.2.1"),
    "audit_of_actor": Wanted(actor_id="key_x"),
    "audit_of_action": Wanted(action="key"),
    "audit_refused": Wanted(succeeded=False),
    "audit_of_staff": Wanted(via="admin"),
    "audit_of_account": Wanted(account_id="acc_x"),
}


def walk(wanted: Wanted, limit: int = 7) -> list[int]:
    """The ids of all pages, one after another."""
    seen, before = [], None
    while True:
        page = trail.page(STAFF, wanted, before=before, limit=limit)
        seen += [event.pk for event in page.events]
        if page.before is None:
            return seen
        before = page.before


def record(actor, action=AuditAction.OBJECT_NOT_FOUND, times=1, **fields) -> None:
    for _ in range(times):
        audit.record(action, actor=actor, **fields)


def test_staff_see_the_events_of_all_accounts(alice, bob):
    make_object(alice)
    make_object(bob)
    assert walk(Wanted()) == list(AuditEvent.objects.values_list("pk", flat=True))
    own = trail.page(STAFF, Wanted(account_id=bob.account.pk), limit=50).events
    assert {event.account_id for event in own} == {bob.account.pk}


def test_the_account_that_a_member_asks_for_is_the_own(alice, bob):
    actor = access.member_actor(alice.membership)
    events = trail.page(actor, Wanted(account_id=bob.account.pk), limit=50).events
    assert bob.account.pk not in {event.account_id for event in events}


def test_who_may_not_see_activity_is_refused(alice):
    with pytest.raises(NotAllowed):
        trail.page(alice.actor, Wanted(), limit=1)


@pytest.mark.parametrize("window", [3, 5_000])
def test_the_ranges_of_a_group_are_one_list_however_far_each_was_looked_at(alice, bob, monkeypatch, window):
    monkeypatch.setattr(trail, "WINDOW", window)
    for action in (AuditAction.KEY_CREATED, AuditAction.KEY_ROTATED, AuditAction.KEY_REVOKED) * 6:
        record(alice.actor, action)
        record(bob.actor, AuditAction.KEY_CREATED)
    wanted = Wanted(action="key", account_id=alice.account.pk)
    expected = AuditEvent.objects.filter(action__startswith="key.", account_id=alice.account.pk)
    assert walk(wanted) == list(expected.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(address="192.0.2.9"),
        Wanted(request_id="req-9"),
        Wanted(via="public_page"),
        Wanted(succeeded=False, action="object"),
        Wanted(actor="no such", succeeded=True),
    ],
)
def test_each_filter_leaves_what_matches(alice, wanted):
    visitor = access.anonymous_actor(access.Via.PUBLIC_PAGE, address="192.0.2.9", request_id="req-9")
    record(visitor, result="object_not_found")
    record(alice.actor, AuditAction.CONTENT_DOWNLOADED, result="redirected")
    expected = 0 if wanted.actor else 1
    assert len(walk(wanted)) == expected


def test_times_leave_what_lies_between_them(alice):
    record(alice.actor, times=3)
    moment = moment_of(clock.now())
    assert walk(Wanted(since=moment + timedelta(hours=1))) == []
    assert walk(Wanted(until=moment - timedelta(hours=1))) == []
    between = Wanted(since=moment - timedelta(hours=1), until=moment + timedelta(hours=1))
    assert len(walk(between)) == AuditEvent.objects.count()


def test_a_time_is_found_by_one_query(alice, django_assert_num_queries):
    record(alice.actor, times=200)
    first, last = AuditEvent.objects.order_by("pk").first(), AuditEvent.objects.first()
    with django_assert_num_queries(1):
        assert trail.id_at(last.at + timedelta(hours=1)) == last.pk + 1
    assert trail.id_at(first.at) == first.pk


def test_a_time_is_found_among_ids_with_gaps(real_database):
    times = {pk: START + timedelta(milliseconds=250 * pk) for pk in (3, 4, 9, 40, 41)}
    for pk, at in times.items():
        AuditEvent.objects.create(pk=pk, at=at, action="object.created")

    def found(at):
        return AuditEvent.objects.filter(pk__gte=trail.id_at(at)).order_by("pk").values_list("pk", flat=True).first()

    assert [found(at) for at in times.values()] == [3, 4, 9, 40, 41]
    assert [found(at + timedelta(microseconds=1)) for at in times.values()] == [4, 9, 40, 41, None]


def test_without_events_the_next_one_is_the_first(db):
    assert trail.id_at(START) == 1


def test_the_ends_of_the_ids_are_asked_for_one_by_one(alice, django_assert_max_num_queries):
    """SQLite finds either at once, and reads a whole index for both."""
    with django_assert_max_num_queries(9) as queries:
        trail.id_at(moment_of(clock.now()))
    assert not [each for each in queries.captured_queries if "MIN(" in each["sql"] and "MAX(" in each["sql"]]


def test_no_page_counts(alice, django_assert_max_num_queries):
    record(alice.actor, times=60)
    with django_assert_max_num_queries(2) as queries:
        trail.page(STAFF, Wanted(address="192.0.2.1"), limit=50)
    assert "COUNT" not in str(queries.captured_queries)


@pytest.mark.parametrize("index", NARROW)
def test_each_narrow_filter_reads_its_index(real_database, index):
    if connection.vendor == "postgresql":
        AuditEvent.objects.bulk_create(
            AuditEvent(actor_kind="key", via="api", action=f"a{number}", actor_id=f"a{number}", account_id=f"a{number}")
            for number in range(1_000)
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE objects_app_auditevent")
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET enable_{way} = off")  # a small table is read whole, and sorted, otherwise
    plans = [within[:51].explain() for within in trail._ranges(STAFF, NARROW[index])]
    assert all(f"{index}" in plan and "Sort" not in plan and "TEMP" not in plan for plan in plans), plans
