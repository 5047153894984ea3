"""The periodic jobs, and their runs."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Job(models.Model):
    """What all runs of a job did since the installation began: runs are forgotten after a while, this is not."""

    name = models.CharField(primary_key=True, max_length=60)
    runs = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    last_ended_at = models.DateTimeField(null=True)
    last_succeeded_at = models.DateTimeField(null=True)
    cursor = models.CharField(max_length=100, blank=True)  # where the next run of a job goes on that walks through all

    def __str__(self) -> str:
        return self.name


class JobRun(models.Model):
    job = models.CharField(max_length=60)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)
    started_by = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["job", "-started_at"], name="job_newest_run"),
            models.Index(fields=["started_at"], name="job_run_age"),
        ]

    def __str__(self) -> str:
        return f"{self.job} at {self.started_at}"
