"""Uploads in progress: the one longest without activity first, which the sweep takes first."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from objects_app import access
from objects_app.admin import shown
from objects_app.admin.base import staff_actor
from objects_app.admin.filters import AccountFilter
from objects_app.admin.objects import DELETE, FoundByName
from objects_app.models import OpenUpload


@admin.register(OpenUpload)
class OpenUploadAdmin(FoundByName):
    list_display = ("name", "account", "created_by", "created", "active", "received", "declared")
    list_filter: ClassVar = [("account", AccountFilter)]
    ordering = ("last_activity_at", "pk")
    fieldsets = (
        (None, {"fields": ("id", "name", "account", "created_by", "content_type", "events")}),
        ("Progress", {"fields": ("created", "active", "exact_received", "exact_declared", "ends")}),
    )
    actions = (DELETE,)
    created = shown.moment_of("created_at", "begun")
    received = shown.size_of("staged_size", "received")
    declared = shown.size_of("declared_size", "declared")
    exact_received = shown.exact_size_of("staged_size", "received")
    exact_declared = shown.exact_size_of("declared_size", "declared")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return access.open_uploads(staff_actor(request))
