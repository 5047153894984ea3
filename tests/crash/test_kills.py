"""A real installation, killed again and again while clients write: nothing is lost, stays, or comes back."""

import os
import random
from dataclasses import asdict

import pytest

from tests.crash.embedded import Embedded
from tests.crash.killing import Site
from tests.crash.loop import Loop, write_report
from tests.crash.scale_out import ScaleOut

KILLS = int(os.environ.get("CRASH_KILLS", "5"))
KILLS_SCALE_OUT = int(os.environ.get("CRASH_KILLS_SCALE_OUT", "3"))
SEED = int(os.environ.get("CRASH_SEED") or random.SystemRandom().getrandbits(32))


@pytest.fixture
def lose_nothing_and_leave_nothing(capsys, caplog):
    caplog.set_level("WARNING", logger="httpx")  # a line for each of thousands of requests takes its time

    def lose_nothing_and_leave_nothing(site: Site, kills: int) -> None:
        try:
            site.start()
            figures = Loop(site, SEED).run(kills)
        finally:
            site.stop()
        with capsys.disabled():
            print(f"\ncrash: {write_report(site, figures, SEED)}")  # noqa: T201  wanted where nothing fails
        assert asdict(figures.faults) == {"lost": [], "wrong": [], "resurrected": [], "leaked": []}

    return lose_nothing_and_leave_nothing


@pytest.mark.timeout(120 + 30 * KILLS)
def test_kills_of_the_embedded_shape(lose_nothing_and_leave_nothing, tmp_path):
    lose_nothing_and_leave_nothing(Embedded(tmp_path), KILLS)


@pytest.mark.timeout(600 + 60 * KILLS_SCALE_OUT)
def test_kills_of_the_scale_out_shape(lose_nothing_and_leave_nothing, tmp_path, postgresql_url, redis_url, s3):
    site = ScaleOut(tmp_path, database_url=postgresql_url, redis_url=redis_url, s3=s3)
    lose_nothing_and_leave_nothing(site, KILLS_SCALE_OUT)
