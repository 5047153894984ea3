"""Uploads in progress: the one longest without activity first, which the sweep takes first."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from objects_app import access
from objects_app.admin import shown
from objects_app.admin.actions import ActingAdmin
from objects_app.admin.base import staff_actor
from objects_app.admin.filters import AccountFilter
from objects_app.admin.objects import DELETE
from objects_app.models import OpenUpload
from objects_app.models.objects import fold


@admin.register(OpenUpload)
class OpenUploadAdmin(ActingAdmin):
    list_display = ("name", "account", "created_by", "created", "active", "received", "declared")
    list_filter: ClassVar = [("account", AccountFilter)]
    list_select_related = ("account",)
    list_deferred = ("metadata",)
    ordering = ("last_activity_at", "pk")
    search_fields = ("name",)
    search_help_text = "Part of a name, or the exact id of an object or an account"
    found_ids: ClassVar = {"obj": "pk", "acc": "account_id"}
    fieldsets = (
        (None, {"fields": ("id", "name", "account", "created_by", "content_type", "events")}),
        ("Progress", {"fields": ("created", "active", "exact_received", "exact_declared", "ends")}),
    )
    actions = (DELETE,)
    created = shown.moment_of("created_at", "begun")
    active = shown.moment_of("last_activity_at", "last activity")
    ends = shown.moment_of("delete_after", "ends")
    received = shown.size_of("staged_size", "received")
    declared = shown.size_of("declared_size", "declared")
    exact_received = shown.exact_size_of("staged_size", "received")
    exact_declared = shown.exact_size_of("declared_size", "declared")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return access.open_uploads(staff_actor(request))

    def found_part(self, word: str) -> Q:
        return Q(folded_name__contains=fold(word))

    @admin.display(description="events")
    def events(self, upload: OpenUpload) -> str:
        return shown.events_of(upload)
