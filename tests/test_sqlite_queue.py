"""The queue of writers: nobody is forgotten in it, and however a transaction ends, the next one can begin."""

from threading import Thread

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from objects_app.models import Account, Membership, Role
from objects_app.sqlite import waiting_at_most


def write_in_a_thread() -> Account | None:
    written = []

    def write() -> None:
        with transaction.atomic():
            written.append(Account.objects.create(name="second"))
        connections.close_all()

    thread = Thread(target=write)
    thread.start()
    thread.join(timeout=10)
    return written[0] if written else None


def test_a_writer_can_begin_after_a_commit(sqlite_database):
    with transaction.atomic():
        Account.objects.create(name="first")
    assert write_in_a_thread()


def test_a_writer_can_begin_after_a_rollback(sqlite_database):
    with transaction.atomic():
        Account.objects.create(name="first")
        transaction.set_rollback(True)
    assert write_in_a_thread()


def test_a_writer_can_begin_after_a_connection_was_closed_in_a_transaction(sqlite_database):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    connection.close()
    assert write_in_a_thread()


def test_a_writer_can_begin_after_a_commit_that_failed(sqlite_database):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(account_id="acc_none", user_id=0, role=Role.OWNER)
    assert write_in_a_thread()


def test_writers_queue_up_and_give_up_after_the_timeout(sqlite_database, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
    connection._queue.acquire()
    try:
        with pytest.raises(OperationalError, match="database is locked"), transaction.atomic():
            Account.objects.create(name="late")
    finally:
        connection._queue.release()
    assert write_in_a_thread()


def test_who_waits_a_moment_at_most_waits_as_usual_afterwards(sqlite_database):
    def busy_timeout() -> int:
        with connection.cursor() as cursor:
            return cursor.execute("PRAGMA busy_timeout").fetchone()[0]

    with waiting_at_most(0.05):
        assert busy_timeout() == 50
    assert (busy_timeout(), connection._patience) == (20_000, None)


def test_who_waits_a_moment_at_most_gives_up_in_the_queue_too(sqlite_database):
    connection._queue.acquire()
    try:
        with pytest.raises(OperationalError, match="locked"), waiting_at_most(0.05), transaction.atomic():
            Account.objects.create(name="late")
    finally:
        connection._queue.release()
    assert write_in_a_thread()
