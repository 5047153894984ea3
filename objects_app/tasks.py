"""Celery's names for the sweeps. Each bounds its own time and sends itself again where work is left."""

import logging
from typing import Any

from celery import Task, shared_task

from objects_app import queue
from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS

logger = logging.getLogger(__name__)


def _task_of(job: str) -> "Task[..., None]":
    @shared_task(name=job)
    def sweep(started_by: str = "schedule") -> None:
        swept = runs.run_job(job, started_by=started_by)
        logger.info("%s: %d rows, %d bytes", job, swept.rows, swept.bytes)
        if swept.more:
            queue.hurry(job)

    return sweep


TASKS: dict[str, Any] = {job: _task_of(job) for job in JOBS}
