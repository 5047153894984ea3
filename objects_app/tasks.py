"""Celery's names for the sweeps. Each bounds its own time and sends itself again where work is left."""

import logging

from celery import shared_task

from objects_app import lifecycle, queue

logger = logging.getLogger(__name__)


@shared_task(name="expire_stale_uploads")
def expire_stale_uploads() -> None:
    _sweep("expire_stale_uploads")


@shared_task(name="delete_due_objects")
def delete_due_objects() -> None:
    _sweep("delete_due_objects")


@shared_task(name="purge_bytes")
def purge_bytes() -> None:
    _sweep("purge_bytes")


@shared_task(name="forget_requests")
def forget_requests() -> None:
    _sweep("forget_requests")


def _sweep(job: str) -> None:
    swept = lifecycle.run_job(job, started_by="schedule")
    logger.info("%s: %d rows, %d bytes", job, swept.rows, swept.bytes)
    if swept.more:
        queue.hurry(job)
