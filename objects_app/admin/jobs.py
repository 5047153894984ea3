"""Runs of the periodic jobs, to be read."""

from django.contrib import admin

from objects_app.admin.base import StaffAdmin
from objects_app.models import JobRun


@admin.register(JobRun)
class JobRunAdmin(StaffAdmin):
    list_display = ("job", "started_at", "ended_at", "rows", "bytes", "error", "started_by")
    list_filter = ("job",)
    fields = list_display
