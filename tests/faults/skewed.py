"""The settings of a process whose clock is SKEW_SECONDS ahead of the database's."""

import os
import time

from config.settings import *  # noqa: F403  the settings themselves

SKEW = float(os.environ["SKEW_SECONDS"])
_time, _time_ns = time.time, time.time_ns
time.time = lambda: _time() + SKEW
time.time_ns = lambda: _time_ns() + int(SKEW * 1e9)
