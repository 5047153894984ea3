"""PostgreSQL's own ways to fail, and what callers are told."""

import subprocess
import sys

import pytest
from django.db import DatabaseError, connection, transaction

from objects_app import compiled, errors
from objects_app.models import StoredObject
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
