"""When the jobs run: at their interval or a little earlier, so that many installations and jobs do not beat as one."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from celery.schedules import schedstate, schedule

JITTER = 0.1  # of the interval, at most


class Jittered(schedule):
    """Due when its interval is over or up to a tenth of it earlier, drawn anew for every run: never later than said."""

    run_every: timedelta  # which the stubs of Celery leave out

    def __init__(self, run_every: timedelta, *args: Any, **kwargs: Any) -> None:
        super().__init__(run_every, *args, **kwargs)
        self._drawn_for: datetime | None = None
        self._ahead = timedelta(0)

    def is_due(self, last_run_at: datetime) -> schedstate:
        if last_run_at != self._drawn_for:
            self._drawn_for = last_run_at
            self._ahead = random.random() * JITTER * self.run_every  # noqa: S311  no secret
        due = super().is_due(last_run_at - self._ahead)
        return schedstate(due.is_due, due.next * (1 - JITTER) if due.is_due else due.next)

    def __reduce__(self) -> tuple[type, tuple[timedelta]]:
        return type(self), (self.run_every,)


def beat_schedule(intervals: Mapping[str, timedelta]) -> dict[str, dict[str, Any]]:
    """A message that nobody took before the next one is due is of no use."""
    return {
        job: {"task": job, "schedule": Jittered(every), "options": {"expires": every.total_seconds()}}
        for job, every in intervals.items()
    }
