"""A real server, killed again and again while clients write: nothing is lost, nothing stays, nothing comes back."""

import os
import random
from dataclasses import asdict

import pytest

from tests.crash.loop import Loop, write_report

KILLS = int(os.environ.get("CRASH_KILLS", "5"))
SEED = int(os.environ.get("CRASH_SEED") or random.SystemRandom().getrandbits(32))


@pytest.mark.timeout(120 + 30 * KILLS)
def test_kills_lose_nothing_and_leave_nothing(tmp_path, capsys, caplog):
    caplog.set_level("WARNING", logger="httpx")  # a line for each of thousands of requests takes its time
    loop = Loop(tmp_path, SEED)
    try:
        figures = loop.run(KILLS)
    finally:
        loop.site.stop()
    with capsys.disabled():
        print(f"\ncrash: {write_report(figures, SEED)}")  # noqa: T201  the figures are wanted where nothing fails
    assert asdict(figures.faults) == {"lost": [], "wrong": [], "resurrected": [], "leaked": []}
