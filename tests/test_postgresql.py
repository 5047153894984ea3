"""PostgreSQL's own ways to fail, and what callers are told."""

import subprocess
import sys
from contextlib import suppress
from datetime import UTC

import psycopg
import pytest
from django.db import DatabaseError, DataError, connection, transaction
from django.db.backends.postgresql.psycopg_any import register_tzloader

from objects_app import compiled, errors
from objects_app.models import State, StoredObject
from objects_app.operations import completion
from tests import live
from tests.factories import make_object, make_person

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


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-28 05:00:00+00",
        "2026-11-28 07:30:00.1+02:30",
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00",
    ],
)
def test_times_are_read_as_django_reads_them(postgresql_database, moment):
    with connection.cursor() as cursor, connection.connection.cursor() as bare:
        cursor.execute("SELECT %s::timestamptz", [moment])
        register_tzloader(UTC, bare)
        [(read,), (usual,)] = [cursor.fetchone(), bare.execute("SELECT %s::timestamptz", [moment]).fetchone()]
    assert (read, read.tzinfo) == (usual, UTC)


@pytest.mark.parametrize("moment", ["infinity", "4000-01-01 BC", "12345-01-01"])
def test_a_time_that_python_does_not_have_is_told_as_an_error_of_data(postgresql_database, moment):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        with pytest.raises(DataError):
            cursor.fetchone()


def test_a_connection_that_is_cut_in_the_middle_is_told(postgresql_database):
    assert errors.named(failure("SELECT pg_terminate_backend(pg_backend_pid())")).code == "unavailable"


def test_a_statement_that_takes_too_long_is_told_as_unavailable(postgresql_database):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 1")
    assert errors.named(failure("SELECT pg_sleep(10)")).code == "unavailable"


def test_locks_and_idle_transactions_have_an_end(postgresql_database):
    names = ("lock_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting::int / 1000 FROM pg_settings WHERE name = ANY(%s) ORDER BY name", [list(names)])
        assert [seconds for (seconds,) in cursor] == [60, 20]


@pytest.mark.parametrize(
    ("program", "longest"),
    [
        ("import config.asgi", "7s"),
        ("import config.celery, django; django.setup()", "1min"),
        ("import django; django.setup()", "0"),
    ],
)
def test_requests_sweeps_and_commands_have_limits_of_their_own(postgresql_url, tmp_path, program, longest):
    shown = "print(connection.cursor().execute('SHOW statement_timeout').fetchone()[0])"
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": postgresql_url, "STATEMENT_TIMEOUT": "7s"}
    run = subprocess.run(
        [sys.executable, "-c", f"{program}\nfrom django.db import connection\n{shown}"],
        cwd=live.ROOT,
        env=live.environment_of(tmp_path, **settings),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == longest


def test_commits_are_durable(postgresql_database):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        assert cursor.fetchone() == ("on", "on")


def of_kind(*, content_type: str):
    return StoredObject.objects.filter(name="it's 100 % done", content_type=content_type).values_list("name")


def test_a_kept_statement_is_prepared_once_and_holds_its_constants(postgresql_database):
    make_object(make_person("alice"), name="it's 100 % done", content_type="text/plain")
    with transaction.atomic():  # on one connection
        assert compiled.rows(of_kind, content_type="text/plain") == [("it's 100 % done",)]
        assert compiled.rows(of_kind, content_type="it's % another") == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements")
            prepared = [(text, plans) for text, plans in cursor if "100 % done" in text]
    assert [plans for _, plans in prepared] == [2]
    assert "$1" in prepared[0][0]
    assert "$2" not in prepared[0][0]


def test_a_statement_about_one_object_looks_into_no_index_of_some(postgresql_database):
    """Planned while nothing was uploaded, it would read all uploads that came since, for each of them."""
    upload = make_object(make_person("alice"), state=State.UPLOADING)
    with transaction.atomic():  # on one connection
        completion.lock_upload(upload.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements")
            (prepared,) = [text for (text,) in cursor if "FOR UPDATE" in text]
    assert "UPLOADING" not in prepared


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_connections_that_were_cut_in_the_pool_are_left_behind(postgresql_database, migrated_postgresql):
    connection.pool.open(wait=True)  # whoever comes before the first connection is there gets a second one
    first = backend()
    connection.close()
    assert backend() == first
    connection.close()
    with psycopg.connect(migrated_postgresql) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [first])
    assert backend() != first


def test_a_thread_keeps_its_connection_until_it_was_cut(postgresql_database, migrated_postgresql):
    first, kept = backend(), connection.connection
    compiled.check_connection()
    assert connection.connection is kept
    with psycopg.connect(migrated_postgresql) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [first])
    compiled.check_connection()
    assert backend() != first


def test_a_thread_gives_a_connection_up_that_failed(postgresql_database):
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    compiled.check_connection()
    assert connection.connection is None
    assert backend()


def test_a_connection_in_a_transaction_is_left_alone(postgresql_database):
    with suppress(DatabaseError), transaction.atomic():
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        compiled.check_connection()
        assert connection.connection


def test_a_connection_comes_from_the_pool_without_a_round_trip(postgresql_database, migrated_postgresql):
    its_backend = backend()
    connection.close()
    connection.ensure_connection()
    with psycopg.connect(migrated_postgresql) as other:
        last = other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [its_backend]).fetchone()
    assert last == ("SELECT pg_backend_pid()",)
