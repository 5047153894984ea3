"""Events of reading are committed without waiting for the disk."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from objects_app import audit, insertions
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent
from tests.factories import make_person


def in_another_thread(ask):
    def asked():
        try:
            return ask()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asked).result()


def test_what_is_committed_soon_is_there_for_others_at_once_and_alone_in_its_haste(real_database):
    alice = make_person("alice")
    event = audit.record(AuditAction.DOWNLOAD_URL_ISSUED, actor=alice.actor, soon=True)
    assert in_another_thread(lambda: AuditEvent.objects.filter(pk=event.pk).exists())
    with pytest.raises(IntegrityError):
        insertions.create_soon(AuditEvent, account_id=None, action="a", actor_kind="key", via="api")
    assert waits_for_the_disk()


def test_in_a_transaction_nothing_is_committed_sooner_than_the_whole(real_database):
    alice = make_person("alice")
    with suppress(ZeroDivisionError), transaction.atomic():
        event = audit.record(AuditAction.DOWNLOAD_URL_ISSUED, actor=alice.actor, soon=True)
        assert waits_for_the_disk()
        raise ZeroDivisionError
    assert not AuditEvent.objects.filter(pk=event.pk).exists()


def test_postgresql_is_told_in_the_statement_itself(postgresql_database):
    alice = make_person("alice")
    with CaptureQueriesContext(connection) as asked:
        audit.record(AuditAction.DOWNLOAD_URL_ISSUED, actor=alice.actor, soon=True)
    (query,) = asked.captured_queries
    assert query["sql"].endswith("set_config('synchronous_commit', 'off', true)")


def test_sqlite_is_told_before_and_after(sqlite_database):
    alice = make_person("alice")
    told = []
    connection.connection.set_trace_callback(told.append)
    audit.record(AuditAction.DOWNLOAD_URL_ISSUED, actor=alice.actor, soon=True)
    connection.connection.set_trace_callback(None)
    assert [each.split()[0] for each in told if not each.startswith("--")] == ["PRAGMA", "INSERT", "PRAGMA"]


def waits_for_the_disk() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit")
        return cursor.fetchone()[0] in (2, "on")
