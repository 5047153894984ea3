"""Runs of sweeps: batches until nothing is left or time is up, and a row that says what was done."""

import logging
import sys
import time
from dataclasses import replace
from datetime import timedelta

from django.db import Error, transaction
from django.db.models import F

from objects_app import clock
from objects_app.data_folder import restore_mark
from objects_app.failpoints import fp
from objects_app.lifecycle.exclusion import only_one
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import BATCH, Moment, Sweep, Swept, moment_of
from objects_app.models import Job, JobRun
from objects_app.processes import SharedFlag

logger = logging.getLogger(__name__)
LONGEST_RUN = timedelta(seconds=5)
NOTHING = Swept(0, 0, more=False)
MOST_TROUBLE = 20  # lines that the row of a run keeps
ending = SharedFlag()  # set when the worker is asked to end: a run then stops after its batch


def run_job(name: str, *, started_by: str, longest: timedelta = LONGEST_RUN) -> Swept:
    """A scheduled run; while another scheduler's run of the same job goes on, this one does nothing."""
    sweep = JOBS[name]
    if restore_mark().exists():
        logger.warning("%s waits: the data is half restored, and bytes are missing that are still to come", name)
        return NOTHING
    with only_one(name) as is_ours:
        if not is_ours:
            logger.info("%s is running already", name)
            return NOTHING
        job, _ = Job.objects.get_or_create(pk=name)
        before = clock.ago(sweep.age())
        return run(sweep, before=before, started_by=started_by, longest=longest, cursor=job.cursor)


def run(
    sweep: Sweep,
    *,
    before: Moment,
    started_by: str,
    longest: timedelta,
    limit: int | None = None,
    cursor: str | None = None,
) -> Swept:
    """Handle at most `limit` rows, for at most `longest`; may go on beside other runs.

    What comes to be older than `before` during the run is left for the next one, or a run might never end. A sweep
    that walks through everything goes on at `cursor`, and the next scheduled run where this one ended; None is for
    runs by hand, which begin at the beginning and do not move the schedule's place.
    """
    before = moment_of(before)
    job_run = JobRun.objects.create(job=sweep.name, started_by=started_by)
    stop_at = time.monotonic() + longest.total_seconds()
    total, error = Swept(0, 0, more=True, cursor=cursor or ""), ""
    try:
        while total.more and total.rows != limit and time.monotonic() < stop_at and not ending.is_set():
            size = min(sweep.batch_size or BATCH, sys.maxsize if limit is None else limit - total.rows)
            total = _added(total, sweep.batch(before, size, total.cursor))
            fp("sweep.after_batch")
        error = "\n".join(total.trouble)
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"
        raise
    finally:
        _write_down(job_run, total, error, {} if cursor is None else {"cursor": total.cursor})
    return total


def _added(total: Swept, batch: Swept) -> Swept:
    trouble = (total.trouble + batch.trouble)[:MOST_TROUBLE]
    return replace(batch, rows=total.rows + batch.rows, bytes=total.bytes + batch.bytes, trouble=trouble)


def _write_down(job_run: JobRun, total: Swept, error: str, place: dict[str, str]) -> None:
    """A run that could not be written down stands there as one that never ended, as after a kill."""
    done = {"rows": total.rows, "bytes": total.bytes}
    outcome = {"failures": F("failures") + 1} if error else {"last_succeeded_at": clock.now()}
    try:
        with transaction.atomic():
            JobRun.objects.filter(pk=job_run.pk).update(ended_at=clock.now(), error=error, **done)
            Job.objects.get_or_create(pk=job_run.job)
            Job.objects.filter(pk=job_run.job).update(
                runs=F("runs") + 1,
                last_ended_at=clock.now(),
                **{name: F(name) + count for name, count in done.items()},
                **outcome,
                **place,
            )
    except Error:
        logger.exception("a run of %s could not be written down", job_run.job)
