"""Copies to final keys that are under way: what a process that dies leaves, its row still names."""

from typing import ClassVar

from django.db import models


class Promotion(models.Model):
    """An attempt to complete an object in a bucket, or to move one. While it is not `over`, its copy may be used."""

    blob_key = models.CharField(primary_key=True, max_length=100)
    stored_object = models.ForeignKey("StoredObject", on_delete=models.CASCADE, related_name="promotions")
    upload_id = models.TextField(blank=True)  # of a copy in parts
    until = models.DateTimeField()  # when nobody is expected to be at work on it any more
    over = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["until"], name="promotion_ends")]

    def __str__(self) -> str:
        return self.blob_key
