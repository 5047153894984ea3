# ruff: noqa: S608  whoever tampers writes statements of all kinds
"""Whatever is done to events and seals past the triggers, the check names it."""

import pytest
from django.db import connection
from django.utils.crypto import get_random_string

from objects_app import seals
from objects_app.models import AuditEvent, AuditSeal
from objects_app.seals.chain import Check
from tests.seals.tampering import EVENTS, SEALS, ids, make_seals, record, run, seal, told

CHANGES = {
    "at": "at = '2026-01-01 00:00:00.000001'",
    "account_id": "account_id = 'acc_other'",
    "actor_kind": "actor_kind = 'person'",
    "actor_id": "actor_id = 'u1'",
    "actor_label": "actor_label = 'mallory'",
    "via": "via = 'api'",
    "action": "action = 'object.deleted'",
    "target_type": "target_type = 'user'",
    "target_id": "target_id = 'obj_other'",
    "target_label": "target_label = 'x'",
    "result": "result = 'cut'",
    "address": "address = '192.0.2.8'",
    "request_id": "request_id = ''",
    "bytes": "bytes = NULL",
    "details": """details = '{"number": 7}'""",
}


def test_an_untouched_trail_is_what_was_sealed(chain):
    check = Check()
    assert list(check.findings()) == []
    assert (check.events, check.seals, check.unsealed()) == (9, 3, 2)


def test_a_change_to_every_column_is_tried():
    assert list(CHANGES) == list(seals.COLUMNS)
    assert {"id", *CHANGES} == {field.column for field in AuditEvent._meta.fields}


@pytest.mark.parametrize("column", CHANGES)
def test_an_event_that_was_changed_is_named(chain, column):
    changed = ids()[4]
    run(f"UPDATE {EVENTS} SET {CHANGES[column]} WHERE id = %s", changed)
    assert told() == [f"event {changed} was changed"]


@pytest.mark.parametrize("garbage", ["at = 'noon'", "details = 'nothing'", "bytes = 'many'", "address = 'here'"])
def test_a_column_that_cannot_be_read_any_more_is_a_change(sqlite_database, garbage):
    make_seals(3)
    run("DROP TRIGGER audit_event_no_update")
    run("PRAGMA ignore_check_constraints = ON")
    run(f"UPDATE {EVENTS} SET {garbage} WHERE id = %s", ids()[1])
    assert told() == [f"event {ids()[1]} was changed"]


def test_an_event_that_is_missing_is_named(chain):
    gone = ids()[4]
    run(f"DELETE FROM {EVENTS} WHERE id = %s", gone)
    assert told() == [f"event {gone} is missing"]


@pytest.mark.parametrize("place", [0, 3, 8])
def test_an_event_that_was_inserted_later_is_named(unguarded, place):
    all_ids = record(10)
    run(f"DELETE FROM {EVENTS} WHERE id = %s", all_ids[place])  # as an insert that was rolled back leaves a gap
    while seal(3):
        pass
    copied = ", ".join(seals.COLUMNS)
    run(
        f"INSERT INTO {EVENTS} (id, {copied}) SELECT %s, {copied} FROM {EVENTS} WHERE id = %s", all_ids[place], ids()[1]
    )
    assert told() == [f"event {all_ids[place]} was inserted later"]


@pytest.mark.parametrize("places", [(0, 2), (1, 7)], ids=["in one seal", "in two seals"])
def test_events_that_changed_places_are_named(chain, places):
    one, other = (ids()[place] for place in places)
    for now, then in ((one, -1), (other, one), (-1, other)):
        run(f"UPDATE {EVENTS} SET id = %s WHERE id = %s", then, now)
    found = told()
    assert [line.split(":")[0] for line in found] == [f"event {one} was changed", f"event {other} was changed"]
    if places == (0, 2):
        assert found[0].endswith(f"it is what event {other} was")


def test_the_last_sealed_events_are_missed(chain):
    run(f"DELETE FROM {EVENTS} WHERE id >= %s", ids()[7])
    assert told() == [f"event {event} is missing" for event in (chain[-1].last_id - 1, chain[-1].last_id)]


SEAL_CHANGES = {
    "kind": "kind = 'tombstone'",
    "first_id": "first_id = first_id + 1",
    "last_id": "last_id = last_id - 1",
    "count": "count = 2",
    "newest_at": "newest_at = '2026-01-01 00:00:00'",
    "created_at": "created_at = '2026-01-01 00:00:00'",
    "digest": f"digest = '{'0' * 64}'",
    "leaves": "leaves = (SELECT leaves FROM objects_app_auditseal WHERE number = 1)",
    "previous": f"previous = '{'0' * 64}'",
    "hash": f"hash = '{'0' * 64}'",
}


def test_a_change_to_every_column_of_a_seal_is_tried():
    columns = {field.column for field in AuditSeal._meta.fields}
    assert columns == {"number", "key_id", "signature", *SEAL_CHANGES}


@pytest.mark.parametrize("column", SEAL_CHANGES)
def test_a_seal_that_was_changed_is_named_and_the_next_one_is_believed_again(chain, column):
    run(f"UPDATE {SEALS} SET {SEAL_CHANGES[column]} WHERE number = 2")
    [line] = told()
    assert line.startswith("seal 2 was changed")
    run(f"UPDATE {EVENTS} SET result = 'cut' WHERE id = %s", ids()[8])
    assert told() == [line, f"event {ids()[8]} was changed"]


def test_a_wrong_signature_is_named(chain):
    run(f"UPDATE {SEALS} SET signature = '{'0' * 64}' WHERE number = 2")
    assert told() == ["seal 2 has a wrong signature"]


def test_a_seal_of_an_unknown_key_between_known_ones_is_named(chain):
    run(f"UPDATE {SEALS} SET key_id = 'another' WHERE number = 2")
    assert told() == ["seal 2 is signed with a key that is not known here, after a known one"]


def test_a_seal_that_was_rewritten_without_the_key_does_not_fit_the_next_one(chain):
    rewritten = chain[1]
    rewritten.count = 7
    run(f"UPDATE {SEALS} SET count = 7, hash = %s WHERE number = 2", seals.hash_of(rewritten))
    assert told() == ["seal 2 has a wrong signature", "seal 3 does not follow the one before it"]


@pytest.mark.parametrize("number", [1, 2])
def test_a_missing_seal_is_named(chain, number):
    run(f"DELETE FROM {SEALS} WHERE number = %s", number)
    assert told() == [f"seal {number} is missing"]


def test_several_missing_seals_are_one_line(chain):
    run(f"DELETE FROM {SEALS} WHERE number < 3")
    assert told() == ["seal 1 is missing, and so are all up to 2"]


def test_a_number_beyond_all_bounds_costs_no_time(chain):
    run(f"UPDATE {SEALS} SET number = 1000000000000 WHERE number = 2")
    assert told()[0].startswith("seal 2 is missing") is True


def test_two_seals_that_changed_places_are_named(chain):
    for now, then in ((1, -1), (2, 1), (-1, 2)):
        run(f"UPDATE {SEALS} SET number = %s WHERE number = %s", then, now)
    assert [line.split(":")[0] for line in told()] == ["seal 1 was changed", "seal 2 was changed"]


def test_a_chain_whose_keys_are_all_unknown_is_not_believed(chain, settings):
    settings.SECRET_KEY = get_random_string(50)
    assert told() == ["seal 3 and all before it are signed with keys that are not known here"]


def test_seals_of_an_earlier_key_are_verified_with_it_as_long_as_it_is_kept(chain, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], get_random_string(50)
    assert (seal(), told()) == (2, [])
    run(f"UPDATE {SEALS} SET signature = '{'0' * 64}' WHERE number = 2")
    assert told() == ["seal 2 has a wrong signature"]


def test_seals_of_a_forgotten_key_are_vouched_for_by_later_ones(chain, settings):
    settings.SECRET_KEY = get_random_string(50)
    seal()
    check = Check()
    assert list(check.findings()) == []
    assert check.foreign == 3


def test_a_part_of_the_chain_is_checked_alone(chain):
    for place in (1, 4, 7):
        run(f"UPDATE {EVENTS} SET result = 'cut' WHERE id = %s", ids()[place])
    assert [str(finding) for finding in Check(first=2, last=2).findings()] == [f"event {ids()[4]} was changed"]


def test_the_digest_is_compared_where_the_leaves_would_not_tell(chain, monkeypatch):
    event = ids()[4]
    monkeypatch.setattr(seals.Sealable, "leaf", property(lambda self: seals.leaves_of(chain[1]).get(self.id, b"")))
    run(f"UPDATE {EVENTS} SET result = 'cut' WHERE id = %s", event)
    assert "seal 2 covers events that are not those of its digest" in told()


def test_a_check_reads_events_and_seals_in_pieces(chain):
    record(500)
    while seal(50):
        pass
    queries = []
    with connection.execute_wrapper(lambda execute, sql, *rest: (queries.append(sql), execute(sql, *rest))[1]):
        assert told() == []
    assert len(queries) > 3
    assert all("LIMIT" in sql for sql in queries)
