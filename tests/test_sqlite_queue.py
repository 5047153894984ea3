"""The queue of writers: nobody is forgotten in it, and however a transaction ends, the next one can begin."""

from threading import Thread

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from objects_app.models import Account, Membership, Role


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
