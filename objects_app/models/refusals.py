"""Refusals of one kind that one caller causes faster than the trail takes them one by one."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class RefusalFlood(models.Model):
    """Counted here until a sweep writes one event that tells how many they were; `who` is the caller's mark."""

    who = models.CharField(max_length=200)
    action = models.CharField(max_length=40)
    result = models.CharField(max_length=20)
    account_id = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=60, blank=True)
    actor_label = models.CharField(max_length=300, blank=True)
    via = models.CharField(max_length=20)
    address = models.GenericIPAddressField(null=True)
    count = models.PositiveBigIntegerField()
    first_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["who", "action", "result"], name="flood_of_refusals_once")
        ]
        indexes: ClassVar = [models.Index(fields=["first_at"], name="flood_age")]

    def __str__(self) -> str:
        return f"{self.count} times {self.action}"
