"""Another process holds SQLite's write lock: writers wait, or are told to come again; reads go on (X25)."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event

from django.db.backends.utils import CursorWrapper

from tests.faults.trial import is_clean

PATIENCE = 30


@contextmanager
def held_elsewhere(settings) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(settings["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_writer_waits_until_the_lock_is_free(sqlite_world, sqlite_database, monkeypatch):
    asked, real = Event(), CursorWrapper._execute

    def execute(cursor, sql, *args):
        if sql.startswith("BEGIN"):
            asked.set()
        return real(cursor, sql, *args)

    monkeypatch.setattr(CursorWrapper, "_execute", execute)
    with held_elsewhere(sqlite_database) as other, ThreadPoolExecutor(1) as client:
        created = client.submit(sqlite_world.create, sqlite_world.fresh())
        assert asked.wait(PATIENCE)
        assert not created.done()
        other.execute("ROLLBACK")
        assert created.result(PATIENCE).status == 200


def test_a_writer_that_waits_in_vain_is_told_to_come_again_while_reads_go_on(sqlite_database, make_world, monkeypatch):
    monkeypatch.setitem(sqlite_database["OPTIONS"], "timeout", 0.2)
    world = make_world()
    target, new = world.completed(), world.fresh()
    with held_elsewhere(sqlite_database):
        refused = [world.create(new), world.call("DELETE", f"/{target.id}")]
        assert world.bystander_is_readable()
        assert [world.call("GET", path).status for path in ("", f"/{target.id}")] == [200, 200]
    assert [answer.status for answer in refused] == [503, 503]
    assert all(is_clean(answer, good=200) for answer in refused)
    assert world.create(new).status == 200
