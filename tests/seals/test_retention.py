# ruff: noqa: S608  whoever tampers writes statements of all kinds
"""The end of old events: whole seals of them, with a tombstone, and in no other way."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from objects_app import clock, seals
from objects_app.durations import LONGEST
from objects_app.lifecycle import runs, sealing
from objects_app.lifecycle.jobs import JOBS
from objects_app.models import AuditEvent, AuditSeal
from objects_app.seals.chain import Check
from tests.races.threads import at_once, held_at
from tests.seals.tampering import EVENTS, SEALS, ids, make_seals, record, run, seal, told

DAY = timedelta(days=1)
Kind = AuditSeal.Kind


def forget(limit: int = 10_000, before=None):
    return sealing.forget_audit_events(before=before or clock.now(), limit=limit)


def tombstones() -> list[AuditSeal]:
    return list(AuditSeal.objects.filter(kind=Kind.TOMBSTONE).order_by("number"))


def test_old_events_go_and_the_chain_with_their_tombstone_holds(real_database):
    _, second = make_seals(3, 2)
    kept = record()
    assert forget().rows == 5
    [tombstone] = tombstones()
    assert (tombstone.first_id, tombstone.last_id, tombstone.count) == (1, second.last_id, 5)
    assert (tombstone.previous, tombstone.newest_at, tombstone.digest) == (second.hash, second.newest_at, second.hash)
    assert ids()[0] == kept[0]
    assert told() == []


def test_the_removal_is_an_event_itself(real_database):
    make_seals(3)
    forget()
    event = AuditEvent.objects.get(action="audit.events_removed")
    [tombstone] = tombstones()
    assert event.actor_label == "system:forget_audit_events"
    assert event.details == {"first_id": 1, "last_id": tombstone.last_id, "count": 3, "tombstone": 2}


def test_only_whole_seals_whose_newest_event_is_old_go(real_database):
    first, second = make_seals(2, 2)
    assert forget(before=first.newest_at).rows == 2
    assert forget(before=second.newest_at - timedelta(microseconds=1000)).rows == 0
    assert tombstones()[0].last_id == first.last_id
    assert told() == []


def test_events_that_are_not_sealed_stay_however_old(real_database):
    record(3)
    assert forget().rows == 0
    assert len(ids()) == 3


def test_a_removal_is_limited_and_goes_on_where_the_last_one_ended(real_database):
    make_seals(2, 2, 2)
    assert [forget(limit).rows for limit in (1, 5, 10_000, 10_000)] == [0, 4, 2, 0]
    first, second = tombstones()
    assert second.first_id == first.last_id + 1
    assert told() == []


def test_a_trail_goes_on_after_its_beginning_is_gone(real_database):
    make_seals(2)
    for _ in range(3):
        forget()
        record()
        seal()
    check = Check()
    assert (list(check.findings()), check.unsealed()) == ([], 0)
    assert check.removed + check.events == 2 + 3 + 3


def test_two_removals_at_once_leave_one_tombstone(real_database):
    make_seals(2, 2)
    rows = sorted(swept.rows for swept in at_once(forget, forget))
    assert rows == [0, 4]
    assert (len(tombstones()), told()) == (1, [])


def test_a_removal_that_a_seal_overtakes_removes_nothing_yet(real_database):
    make_seals(2)
    record()
    overtaken, sealed = held_at("forget.before_delete", forget, seal)
    assert (overtaken.rows, sealed) == (0, 1)
    assert (forget().rows, told()) == (3, [])


def test_a_check_that_is_overtaken_by_a_removal_finds_nothing(real_database, monkeypatch):
    make_seals(2, 2)
    monkeypatch.setattr(seals, "READ_AT_ONCE", 1)
    findings = Check()
    findings.tell = lambda: forget() and None
    assert list(findings.findings()) == []


def test_nothing_goes_where_events_are_missing_already(unguarded):
    make_seals(2, 2)
    run(f"DELETE FROM {EVENTS} WHERE id = %s", ids()[1])
    assert forget().trouble == ("Seals 1 to 2 cover 4 events, and others are there: run verify_audit.",)
    assert (len(ids()), tombstones()) == (3, [])


def test_by_default_everything_is_kept(real_database, settings):
    assert settings.AUDIT_RETENTION is None
    make_seals(2)
    assert JOBS["forget_audit_events"].age() == LONGEST
    assert runs.run_job("forget_audit_events", started_by="tests").rows == 0


def test_the_setting_says_how_old_events_become(real_database, settings, set_clock):
    settings.AUDIT_RETENTION = 30 * DAY
    make_seals(2)
    set_clock(days=29)
    assert runs.run_job("forget_audit_events", started_by="tests").rows == 0
    set_clock(days=31)
    assert runs.run_job("forget_audit_events", started_by="tests").rows == 2


def test_a_dry_run_names_what_would_go(real_database, capsys):
    [made] = make_seals(2)
    capsys.readouterr()
    call_command("forget_audit_events", "--older-than", "0", "--dry-run")
    assert f"{made.first_id}-{made.last_id}" in capsys.readouterr().out
    assert len(ids()) == 2


DELETIONS = {
    "all": f"DELETE FROM {EVENTS}",
    "one that is sealed": f"DELETE FROM {EVENTS} WHERE id = {{sealed}}",
    "one that is not": f"DELETE FROM {EVENTS} WHERE id = {{unsealed}}",
    "a change": f"UPDATE {EVENTS} SET result = 'ok' WHERE id = {{sealed}}",
    "the tombstone": f"DELETE FROM {SEALS} WHERE kind = 'tombstone'",
    "a change to the tombstone": f"UPDATE {SEALS} SET last_id = 1000000 WHERE kind = 'tombstone'",
}


@pytest.mark.parametrize("deletion", DELETIONS)
def test_no_other_way_leads_to_a_deletion(real_database, deletion):
    make_seals(1, 1)
    forget()
    record()
    seal()
    [unsealed] = record()
    statement = DELETIONS[deletion].format(sealed=unsealed - 1, unsealed=unsealed)
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)


@pytest.mark.parametrize("statement", [f"TRUNCATE {EVENTS}", f"TRUNCATE {EVENTS}, {SEALS}"])
def test_nor_does_truncate(postgresql_database, statement):
    make_seals(1)
    forget()
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)


def forged(**columns) -> AuditSeal:
    """What somebody adds who may add rows and has no key."""
    last = AuditSeal.objects.latest("number")
    tombstone = AuditSeal(
        number=last.number + 1,
        kind=Kind.TOMBSTONE,
        first_id=1,
        count=2,
        newest_at=last.newest_at,
        created_at=last.created_at,
        leaves=b"",
        previous=last.hash,
        key_id=last.key_id,
        signature="0" * 64,
        **{"last_id": last.last_id, **columns},
    )
    tombstone.hash = seals.hash_of(tombstone)
    tombstone.save(force_insert=True)
    return tombstone


def test_a_forged_tombstone_lets_events_go_and_every_one_is_missed(real_database):
    [made] = make_seals(2)
    gone = ids()
    forged()
    run(f"DELETE FROM {EVENTS} WHERE id <= {made.last_id}")
    assert told() == [*(f"event {event} is missing" for event in gone), "seal 2 has a wrong signature"]


def test_an_event_that_is_put_where_others_were_removed_is_named(unguarded):
    make_seals(2)
    gone = ids()[0]
    forget()
    copied = ", ".join(seals.COLUMNS)
    run(f"INSERT INTO {EVENTS} (id, {copied}) SELECT {gone}, {copied} FROM {EVENTS}")
    assert told() == [f"event {gone} is there, and was removed as too old: it was inserted later"]
