"""The Celery application: what runs the sweeps, and how its processes end."""

import os
import signal
import threading
import warnings
from typing import Any

from celery import Celery
from celery.signals import (
    beat_embedded_init,
    setup_logging,
    worker_process_init,
    worker_ready,
    worker_shutting_down,
)
from django.conf import settings

from config import databases
from config.schedule import beat_schedule
from objects_app import processes

databases.started_as = "worker"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
WORKER = os.getpid()
ENDED_WITHIN = 8.0  # seconds, before whoever asked for the end loses patience
stopping = threading.Event()
# It is about root and pickled messages; ours are JSON alone, and as whom to run is the operator's choice.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("holdall")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = beat_schedule(settings.JOB_INTERVALS)


@setup_logging.connect
def leave_logging_to_the_settings(**_: Any) -> None:
    """Celery configures no logging where something listens to this signal."""


@beat_embedded_init.connect
def tie_beat_to_its_worker(**_: Any) -> None:
    """The schedule of `-B` runs in a fork of the worker's process."""
    processes.die_with_parent(WORKER)


@worker_process_init.connect
def tie_child_to_its_worker(**_: Any) -> None:
    """Each job of the prefork pool runs in a fork of the worker's process; the solo pool says the same of itself."""
    if os.getpid() != WORKER:
        processes.die_with_parent(WORKER)


@worker_ready.connect
def tie_worker_to_its_beat(sender: Any, **_: Any) -> None:
    """Celery starts no other schedule in place of one that died; whoever looks after the worker starts both anew.

    At once: a sweep may die anywhere, and its batch may take longer than the schedule should be away.
    """
    if beat := sender.controller.beat:
        threading.Thread(target=_end_with, args=(beat,), name="beat-watch", daemon=True).start()


def _end_with(beat: Any) -> None:
    beat.join()
    if not stopping.is_set():
        os.kill(WORKER, signal.SIGKILL)


@worker_shutting_down.connect
def end_the_sweep(**_: Any) -> None:
    """Its batch is carried out and written down; the rest waits for the next run. One that takes long is cut off."""
    stopping.set()
    from objects_app.lifecycle.runs import ending  # noqa: PLC0415  models are not ready when this module is read

    ending.set()
    cut_off = threading.Timer(ENDED_WITHIN, os.kill, (WORKER, signal.SIGKILL))
    cut_off.daemon = True
    cut_off.start()
