"""Statements that fail, each in turn: on SQLite inside, on PostgreSQL by a connection that is cut (X20)."""

import gc
import time

import pytest

from tests.faults.cases import CASES, CHANGES, READS, SWEEPS, UPLOADS
from tests.faults.statements import CommitFault, StatementFault
from tests.faults.trial import RECOVERY_SECONDS, Trial, is_clean

BROKEN = "disk I/O error"
COMMITTING = UPLOADS | CHANGES
ON_POSTGRESQL = {
    "upload": UPLOADS["upload"],
    **{name: CHANGES[name] for name in ("create", "complete", "delete", "change")},
    **{name: READS[name] for name in ("retrieve", "list", "download_url", "download", "key_use")},
    **{name: SWEEPS[name] for name in ("expire_stale_uploads", "purge_bytes", "remove_orphans")},
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_statement_that_fails_leaves_nothing_half_done(sqlite_world, case, carry_out):
    carry_out(Trial(sqlite_world, case, StatementFault(BROKEN)))


@pytest.mark.parametrize("message", ["database is locked", "database or disk is full"])
def test_a_locked_or_full_database_leaves_nothing_half_done_either(sqlite_world, message, carry_out):
    carry_out(Trial(sqlite_world, UPLOADS["upload"], StatementFault(message)))


@pytest.mark.parametrize("carries_out", [False, True], ids=["not carried out", "carried out"])
@pytest.mark.parametrize("case", COMMITTING.values(), ids=COMMITTING)
def test_a_commit_of_unknown_outcome_is_asked_for_again(sqlite_world, case, carries_out, carry_out):
    carry_out(Trial(sqlite_world, case, CommitFault(BROKEN, carries_out=carries_out)))


@pytest.mark.filterwarnings("ignore:.*ServerSideCursor.* was deleted while still open:ResourceWarning")
@pytest.mark.parametrize("case", ON_POSTGRESQL.values(), ids=ON_POSTGRESQL)
def test_a_connection_that_is_cut_leaves_nothing_half_done(postgresql_world, proxy, case, carry_out):
    carry_out(Trial(postgresql_world, case, proxy))
    gc.collect()  # cursors of connections that were cut cannot be closed


@pytest.mark.parametrize("proxy", [False], ids=["down"], indirect=True)
def test_a_database_that_is_down_for_a_while_comes_back_by_itself(postgresql_world, proxy, record_property):
    with proxy.down():
        answer = postgresql_world.call("GET", "")
    assert (answer.status, is_clean(answer, good=200)) == (503, True)
    came_back = time.monotonic()
    while not postgresql_world.bystander_is_readable():
        assert time.monotonic() - came_back < RECOVERY_SECONDS
    record_property("slowest_recovery", time.monotonic() - came_back)
