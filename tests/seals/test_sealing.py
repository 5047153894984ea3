"""Sealing: every event once, in order, none before all smaller ones are settled, and never twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from objects_app import seals
from objects_app.lifecycle import runs, sealing
from objects_app.models import AuditEvent, AuditSeal, Job
from tests.races.threads import at_once, held_at
from tests.seals.tampering import SEALS, ids, make_seals, record, run, seal, told


def covered() -> list[int]:
    """Every event that a seal names, in the order of the seals."""
    return [event for each in AuditSeal.objects.order_by("number") for event in seals.leaves_of(each)]


def test_a_seal_covers_every_event_that_none_covered_yet(real_database):
    first = record(3)
    assert seal() == 3
    second = record(2)
    assert [seal(), seal()] == [2, 0]
    one, two = AuditSeal.objects.order_by("number")
    assert (list(seals.leaves_of(one)), list(seals.leaves_of(two))) == (first, second)
    assert (two.previous, two.first_id, two.last_id, two.count) == (one.hash, *second, 2)


def test_nothing_to_seal_leaves_no_seal(real_database):
    assert seal() == 0
    assert not AuditSeal.objects.exists()


def test_a_seal_is_limited_and_says_that_more_is_left(real_database):
    record(5)
    swept = [sealing.seal_audit(limit=2) for _ in range(3)]
    assert [(each.rows, each.more) for each in swept] == [(2, True), (2, True), (1, False)]


def test_the_newest_time_of_its_events_stands_in_the_seal(real_database):
    make_seals(3)
    assert AuditSeal.objects.get().newest_at == AuditEvent.objects.latest("at").at


def test_an_event_has_the_bytes_that_are_documented(real_database):
    [event_id] = record(1, text="ü\n", nested={"b": 1, "a": [True, None, 1.5]})
    event = AuditEvent.objects.get()
    at = int(event.at.timestamp() * 1_000_000)
    [sealable] = seals.events_after(0)
    assert abs(json.loads(sealable.text)[0] - at) <= 1
    assert sealable.line.decode().replace(sealable.text.partition(",")[0], "[AT") == (
        f'{event_id}:[AT,"","anonymous","","","signed_url","object.content_downloaded","","obj_0","","ok",'
        '"192.0.2.7","req-1",0,{"nested":{"a":[true,null,1.5],"b":1},"number":0,"text":"\\u00fc\\n"}]\n'
    )


def test_two_sealers_at_once_leave_one_chain_without_gap_or_overlap(real_database):
    made = record(20)
    for _ in range(5):
        at_once(*[lambda: seal(4)] * 4)
    while seal(4):
        pass
    assert covered() == made
    assert told() == []


@pytest.mark.parametrize("second", [seal, lambda: seal(1)])
def test_a_sealer_that_was_overtaken_seals_nothing(real_database, second):
    made = record(3)
    overtaken, _ = held_at("seal.before_insert", seal, second)
    assert overtaken == 0
    while seal():
        pass
    assert covered() == made


def test_the_scheduled_job_and_the_command_seal(real_database, capsys):
    made = record(3)
    call_command("seal_audit", "--dry-run")
    assert capsys.readouterr().out.endswith("seal_audit: 3 with 0 bytes would go.\n")
    assert not AuditSeal.objects.exists()
    call_command("seal_audit", "--limit", "2")
    assert runs.run_job("seal_audit", started_by="tests").rows == 1
    assert covered() == made


def test_an_unknown_key_below_the_next_seal_is_told(real_database, settings):
    make_seals(1)
    settings.SECRET_KEY = "another key that nobody kept, of fifty characters"
    record()
    assert "Seal 1, which the next one follows, is not signed" in sealing.seal_audit(limit=10).trouble[0]
    assert sealing.seal_audit(limit=10).trouble == ()


REFUSED = [f"UPDATE {SEALS} SET count = 0", f"DELETE FROM {SEALS}"]  # noqa: S608  names of ours


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_to_change_a_seal(real_database, statement):
    make_seals(2)
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)


def test_postgresql_refuses_to_truncate_seals_too(postgresql_database):
    make_seals(2)
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"TRUNCATE {SEALS}")


INSERT = """
    INSERT INTO objects_app_auditevent
    (account_id, actor_kind, actor_id, actor_label, via, action, target_type, target_id, target_label, result,
     request_id, details)
    VALUES ('', 'system', '', '', 'worker', 'late', '', '', '', 'ok', '', '{}') RETURNING id
"""


@pytest.fixture
def seal_at_once(monkeypatch):
    """Seals, itself or by a job, without waiting for anybody's transaction."""
    seal_itself = partial(sealing.seal_audit, limit=100)

    def seal_at_once(job=seal_itself):
        with monkeypatch.context() as patch:
            patch.setattr(sealing, "PATIENCE", timedelta(0))
            return job()

    return seal_at_once


@pytest.fixture
def params(postgresql_database):
    """How another client reaches the database."""
    parameters = {**connection.get_connection_params()}
    return {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}


def test_an_open_transaction_holds_back_what_was_written_after_it(params, seal_at_once):
    first = record()
    with psycopg.connect(**params) as other:
        (late,) = other.execute(INSERT).fetchone()
        after = record(2)
        swept = seal_at_once()
        assert (swept.rows, swept.more) == (0, False)
        other.commit()
        assert sealing.seal_audit(limit=100, cursor=swept.cursor).rows == 4
    assert covered() == [*first, late, *after]
    assert first[0] < late < after[0]
    assert told() == []


def test_a_transaction_that_is_rolled_back_leaves_a_gap_that_is_sealed(params):
    with psycopg.connect(**params) as other:
        other.execute(INSERT)
        after = record(2)
        other.rollback()
    assert (seal(), covered(), told()) == (2, after, [])


def test_what_one_run_could_not_reach_is_sealed_by_the_next_though_others_have_begun_since(params, seal_at_once):
    with psycopg.connect(**params) as first, psycopg.connect(**params) as second:
        first.execute(INSERT)
        before = record()
        swept = seal_at_once()
        second.execute(INSERT)
        record()
        first.commit()
        assert sealing.seal_audit(limit=100, cursor=swept.cursor).rows == 2
        second.commit()
    assert covered()[-1] == before[0]
    assert seal() == 2
    assert covered() == ids()


def test_a_transaction_has_its_number_before_it_draws_an_id(params):
    """A trigger for each statement sees to it, before the default of the first row is computed."""
    spy = """
        CREATE FUNCTION spy() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
            IF pg_current_xact_id_if_assigned() IS NULL THEN RAISE EXCEPTION 'no number yet'; END IF;
            RETURN 1;
        END $$
    """
    with psycopg.connect(**params) as other:
        other.execute(spy)
        other.execute("ALTER TABLE objects_app_auditevent ADD COLUMN spied bigint DEFAULT NULL")
        other.execute("ALTER TABLE objects_app_auditevent ALTER COLUMN spied SET DEFAULT spy()")
        other.commit()
        record()  # the first id of a few takes a number by itself, for the log of the database
        try:
            other.execute(INSERT)
        finally:
            other.rollback()
            other.execute("ALTER TABLE objects_app_auditevent DROP COLUMN spied; DROP FUNCTION spy")
            other.commit()


def test_the_place_of_another_database_is_not_waited_for(params):
    record(2)
    assert sealing.seal_audit(limit=100, cursor=f"1:{10**18}").rows == 2


def test_the_schedule_remembers_what_it_waits_for(params, seal_at_once):
    with psycopg.connect(**params) as other:
        other.execute(INSERT)
        [mine] = record()
        seal_at_once(partial(runs.run_job, "seal_audit", started_by="tests"))
        assert Job.objects.get(pk="seal_audit").cursor.startswith(f"{mine}:")
        other.commit()
    assert runs.run_job("seal_audit", started_by="tests").rows == 2
    assert Job.objects.get(pk="seal_audit").cursor == ""


def test_nothing_is_skipped_while_many_write_and_some_give_up(params):
    def write(number: int) -> None:
        with psycopg.connect(**params) as writer:
            for each in range(20):
                writer.execute(INSERT)
                writer.rollback() if (number + each) % 5 == 0 else writer.commit()

    def keep_sealing() -> None:
        try:
            for _ in range(30):
                seal(7)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(write, number) for number in range(4)] + [pool.submit(keep_sealing) for _ in range(2)]
        for each in done:
            each.result()
    while seal():
        pass
    assert covered() == ids()
    assert len(ids()) == 64
    assert told() == []
