"""Runs of jobs that staff ask for: who may, and what a run would find."""

import time
from datetime import timedelta
from itertools import islice

from django.db import transaction

from objects_app import access, audit, clock
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import Found

LOOKS_FAR = frozenset({"remove_orphans", "remove_parts", "verify_seals"})  # through a storage, or the whole trail
FOUND_AT_MOST = 100
PATIENCE = timedelta(seconds=3)


def record_request(job: str, *, actor: Actor) -> None:
    access.require_operator(actor)
    with transaction.atomic():
        audit.record(AuditAction.JOB_ASKED_FOR, actor=actor, target_id=job)


def would_find(job: str, *, actor: Actor) -> tuple[list[Found], bool]:
    """The first of what a run would handle now, and whether that is all; it stops looking when time is up."""
    access.require_activity(actor)
    sweep, stop_at = JOBS[job], time.monotonic() + PATIENCE.total_seconds()
    found: list[Found] = []
    for each in islice(sweep.find(clock.ago(sweep.age())), FOUND_AT_MOST + 1):
        if len(found) == FOUND_AT_MOST or time.monotonic() > stop_at:
            return found, False
        found.append(each)
    return found, True
