"""Runs of the periodic jobs."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


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
        indexes: ClassVar = [models.Index(fields=["job", "-started_at"], name="job_newest_run")]

    def __str__(self) -> str:
        return f"{self.job} at {self.started_at}"
