"""The audit trail: facts that are only ever added; triggers in the first migration refuse UPDATE and DELETE."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


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
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_id}"
