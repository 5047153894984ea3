"""API keys, of which only the digest is kept, and their use."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from objects_app import clock
from objects_app.ids import new_id


def new_key_id() -> str:
    return new_id("key")


def has_not_ended() -> Q:
    """Neither revoked nor run out; the account of a live key is in good standing, too."""
    return Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()))


class ApiKey(models.Model):
    id = models.CharField(primary_key=True, max_length=40, default=new_key_id, editable=False)
    account = models.ForeignKey("Account", on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    can_read = models.BooleanField(default=True)
    can_write = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=300, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    last_used_from = models.GenericIPAddressField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    revoked_by = models.CharField(max_length=300, blank=True, editable=False)
    replaced_by = models.ForeignKey("self", null=True, editable=False, on_delete=models.SET_NULL, related_name="+")

    seen_at: datetime  # no column: the database's time when the key was looked up

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} (hld_…{self.last_four})"

    @property
    def scopes(self) -> frozenset[str]:
        granted = {"objects:read": self.can_read, "objects:write": self.can_write}
        return frozenset(scope for scope, yes in granted.items() if yes)


class KeyUse(models.Model):
    """A key was used. Requests only add such rows; a sweep writes the newest one into its key and removes them."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="uses")
    at = models.DateTimeField(db_default=Now())
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "-at"], name="use_newest_of_key")]

    def __str__(self) -> str:
        return f"{self.key_id} at {self.at}"


class KeyNetwork(models.Model):
    """A network from which a key was used, so that the first use from another one is noticed."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="networks")
    network = models.CharField(max_length=43)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "network"], name="network_of_key_once")]

    def __str__(self) -> str:
        return f"{self.key_id} from {self.network}"
