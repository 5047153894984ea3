"""Exports of the audit trail that are too large to be answered at once."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class ExportRun(models.Model):
    """What a member of staff asked for, how far it is, and the object that it became.

    `upto` is the newest event at the time it was asked for; `touched_at` tells a run that goes on from one that died.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "Waiting"
        RUNNING = "RUNNING", "Running"
        DONE = "DONE", "Done"
        FAILED = "FAILED", "Failed"

    requested_at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey("User", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("Account", on_delete=models.CASCADE, related_name="+")
    layout = models.CharField(max_length=10)
    filters = models.JSONField(default=dict)
    upto = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    touched_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)
    object_id = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["requested_at"], name="export_age")]

    def __str__(self) -> str:
        return f"{self.layout} asked for by {self.user_id}"
