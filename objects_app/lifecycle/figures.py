"""What operators watch: how much waits for the sweeps, and what they have done since the installation began."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Min

from objects_app import clock
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.leftovers import bytes_to_purge
from objects_app.lifecycle.objects import due_objects, stale_uploads
from objects_app.lifecycle.sweeps import moment_of
from objects_app.models import Job, State, StoredObject


@dataclass(frozen=True)
class Backlog:
    """Counts of rows, each from an index that holds nothing else."""

    open_uploads: int
    stale_uploads: int
    due_objects: int
    bytes_to_purge: int
    oldest_upload_seconds: float


def backlog() -> Backlog:
    now = moment_of(clock.now())
    uploads = StoredObject.objects.filter(state=State.UPLOADING)
    oldest = uploads.aggregate(at=Min("last_activity_at"))["at"]
    return Backlog(
        open_uploads=uploads.count(),
        stale_uploads=stale_uploads(before=clock.ago(settings.UPLOAD_LIFETIME)).count(),
        due_objects=due_objects(before=clock.now()).count(),
        bytes_to_purge=bytes_to_purge(before=clock.now()).count(),
        oldest_upload_seconds=(now - oldest).total_seconds() if oldest else 0.0,
    )


@dataclass(frozen=True)
class JobFigures:
    """`age_seconds` is the time since the last run without trouble; none where there was no such run yet."""

    job: Job
    age_seconds: float | None


def jobs() -> list[JobFigures]:
    """Every job, those that never ran included."""
    now = moment_of(clock.now())
    known = Job.objects.in_bulk(list(JOBS))
    found = [known.get(name, Job(name=name)) for name in JOBS]
    return [
        JobFigures(job, (now - job.last_succeeded_at).total_seconds() if job.last_succeeded_at else None)
        for job in found
    ]
