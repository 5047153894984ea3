"""Requests that were carried out and may be repeated after a lost answer."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class IdempotencyRecord(models.Model):
    account = models.ForeignKey("Account", on_delete=models.CASCADE)
    fingerprint = models.CharField(max_length=64)
    target_id = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="request_carried_out_once")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="request_age")]

    def __str__(self) -> str:
        return self.fingerprint
