"""One real PostgreSQL for all processes of a test run: the one of TEST_DATABASE_URL, or one that is started here."""

import fcntl
import json
import os
import subprocess
import sys
from functools import cache

from tests import environment, live, services

START_SECONDS = 60


@cache
def url() -> str:
    """Where it answers, with the right to make databases. The first process that asks starts it."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return given
    state = environment.SESSION / "postgres.json"
    with (environment.SESSION / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not state.exists():
            _start_keeper(str(state))
    found = json.loads(state.read_text())
    return found.get("url") or services.is_missing(found["missing"])


def _start_keeper(state: str) -> None:
    """It outlives this process, which may be one of several and may crash."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.postgres_server", state, str(environment.BEGAN_BY)],
        cwd=live.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    live.wait_until(environment.SESSION.joinpath("postgres.json").exists, seconds=START_SECONDS)
    keeper.returncode = 0  # Python warns of processes that nobody waits for
