"""PostgreSQL's own ways to fail, and what callers are told."""

import pytest
from django.db import DatabaseError, connection

from objects_app import errors

TOLD = {
    "25006": "unavailable",  # the server became a standby
    "25P03": "unavailable",  # left alone in a transaction for too long
    "40001": "unavailable",  # a serialization failure
    "40P01": "unavailable",  # a deadlock
    "53100": "storage_full",
    "53300": "unavailable",  # too many connections
    "55P03": "unavailable",  # the lock timeout
    "57014": "unavailable",  # the statement timeout
    "57P01": "unavailable",  # the server is ending
}


def failure(statement: str) -> DatabaseError:
    with connection.cursor() as cursor, pytest.raises(DatabaseError) as raised:
        cursor.execute(statement)
    return raised.value


@pytest.mark.parametrize("sqlstate", TOLD)
def test_a_failure_that_passes_is_told_as_such(postgresql_database, sqlstate):
    raised = failure(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$")
    assert errors.named(raised).code == TOLD[sqlstate]


@pytest.mark.parametrize("statement", ["SELECT 1/0", "SELECT nonsense"])
def test_a_defect_of_ours_stays_one(postgresql_database, statement):
    assert errors.named(failure(statement)) is None


def test_a_connection_that_is_cut_in_the_middle_is_told(postgresql_database):
    assert errors.named(failure("SELECT pg_terminate_backend(pg_backend_pid())")).code == "unavailable"


def test_statements_locks_and_idle_transactions_have_an_end(postgresql_database):
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting::int / 1000 FROM pg_settings WHERE name = ANY(%s) ORDER BY name", [list(names)])
        assert [seconds for (seconds,) in cursor] == [60, 20, 30]


def test_commits_are_durable(postgresql_database):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        assert cursor.fetchone() == ("on", "on")
