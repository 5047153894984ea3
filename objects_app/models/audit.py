"""The audit trail and its seals, both only ever added to: triggers of the database refuse UPDATE and DELETE."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

WENT_WELL = ("ok", "redirected", "handed over")


def is_refused() -> Q:
    """What did not go well: refused, failed, cut. Each condition by itself, as SQLite compares it with its index."""
    refused = Q()
    for result in WENT_WELL:
        refused &= ~Q(result=result)
    return refused


class AuditEvent(models.Model):
    """A row copies names instead of pointing at rows, so that history outlives what it tells of."""

    at = models.DateTimeField(db_default=Now())
    account_id = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=60, blank=True)
    actor_label = models.CharField(max_length=300, blank=True)
    via = models.CharField(max_length=20)
    action = models.CharField(max_length=40)
    target_type = models.CharField(max_length=20, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_label = models.CharField(max_length=1024, blank=True)
    result = models.CharField(max_length=20, default="ok")
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=200, blank=True)
    bytes = models.PositiveBigIntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["account_id", "-id"], name="audit_of_account"),
            models.Index(fields=["target_id", "-id"], name="audit_of_target"),
            models.Index(fields=["actor_id", "-id"], condition=~Q(actor_id=""), name="audit_of_actor"),
            models.Index(fields=["address", "-id"], condition=Q(address__isnull=False), name="audit_of_address"),
            models.Index(fields=["action", "-id"], name="audit_of_action"),
            models.Index(fields=["-id"], condition=is_refused(), name="audit_refused"),
            models.Index(fields=["-id"], condition=Q(via="admin"), name="audit_of_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_id}"


class AuditSeal(models.Model):
    """What the trail held when it was sealed (`objects_app/seals`): each seal is chained to the one before it.

    A seal covers the events after the one before it and up to `last_id`. A tombstone says that the events from
    `first_id` to `last_id` were removed because they were old; only these does the database let go.
    """

    class Kind(models.TextChoices):
        SEAL = "seal"
        TOMBSTONE = "tombstone"

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveBigIntegerField()
    newest_at = models.DateTimeField()
    created_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    leaves = models.BinaryField()
    previous = models.CharField(max_length=64, blank=True, unique=True)
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-number"]
        indexes: ClassVar = [models.Index(fields=["kind", "last_id"], name="seal_of_events")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
