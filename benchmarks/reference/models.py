"""Rows like Holdall's, with the one index that their list needs; and what happened to them."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from objects_app.ids import new_id

FIELDS = ("id", "name", "content_type", "state", "size_bytes", "sha256", "is_public", "metadata", "created_at")


def new_item_id() -> str:
    return new_id("obj")


class Key(models.Model):
    digest = models.CharField(primary_key=True, max_length=64)
    account = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.account


class Item(models.Model):
    id = models.CharField(primary_key=True, max_length=40, default=new_item_id)
    account = models.CharField(max_length=40)
    name = models.CharField(max_length=1024)
    content_type = models.CharField(max_length=255)
    state = models.CharField(max_length=10, default="UPLOADING")
    size_bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    is_public = models.BooleanField(default=False)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "item"
        indexes: ClassVar = [
            models.Index(
                fields=["account", "-created_at", "-id"], condition=~Q(state="DELETED"), name="item_newest_live"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    at = models.DateTimeField(db_default=Now())
    account = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    item = models.CharField(max_length=40)

    class Meta:
        db_table = "event"

    def __str__(self) -> str:
        return f"{self.action} {self.item}"


def page(items: list[Any], limit: int) -> dict[str, Any]:
    """One row more than a page holds tells that there are more."""
    return {"objects": items[:limit], "has_more": len(items) > limit}
