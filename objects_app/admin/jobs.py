"""The periodic jobs: what they did, a run that is asked for, and what a run would do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from objects_app import access, queue
from objects_app.admin import site
from objects_app.admin.base import StaffAdmin, staff_actor
from objects_app.lifecycle import asked_runs, figures
from objects_app.lifecycle.asked_runs import LOOKS_FAR
from objects_app.lifecycle.figures import JobFigures
from objects_app.lifecycle.jobs import JOBS
from objects_app.models import JobRun


@admin.register(JobRun)
class JobRunAdmin(StaffAdmin):
    list_display = ("job", "started_at", "ended_at", "rows", "bytes", "error", "started_by")
    list_filter: ClassVar = ["job", ("error", admin.EmptyFieldListFilter)]
    fields = ("job", "started_at", "ended_at", "rows", "bytes", "error", "started_by")


@dataclass(frozen=True)
class JobRow:
    figures: JobFigures
    summary: str
    next_at: datetime | None
    can_be_tried: bool

    @property
    def name(self) -> str:
        return self.figures.job.name


@site.page("jobs/", name="jobs")
@require_safe
def list_jobs(request: HttpRequest) -> HttpResponse:
    return _render(request)


def _render(request: HttpRequest, **context: Any) -> HttpResponse:
    actor = staff_actor(request)
    access.require_activity(actor)
    rows = [_row_of(each) for each in figures.jobs()]
    return site.render(request, "admin/audit/jobs.html", title="Jobs", rows=rows, may_run=actor.operates, **context)


def _row_of(each: JobFigures) -> JobRow:
    every = settings.JOB_INTERVALS[each.job.name]
    last = each.job.last_ended_at
    return JobRow(each, JOBS[each.job.name].summary, last + every if last else None, each.job.name not in LOOKS_FAR)


@site.page("jobs/<str:job>/run/", name="run_job")
@require_POST
def run(request: HttpRequest, job: str) -> HttpResponse:
    actor = staff_actor(request)
    asked_runs.record_request(_known(job), actor=actor)
    queue.hurry(job, started_by=f"staff:{actor.label}")
    messages.success(request, f"A worker was asked to run {job}. The run will stand among the runs, with your name.")
    return redirect("admin:index" if "from_dashboard" in request.POST else "admin:jobs")


@site.page("jobs/<str:job>/try/", name="try_job")
@require_POST
def dry_run(request: HttpRequest, job: str) -> HttpResponse:
    if _known(job) in LOOKS_FAR:
        raise Http404
    found, is_all = asked_runs.would_find(job, actor=staff_actor(request))
    return _render(request, tried=job, found=found, is_all=is_all)


def _known(job: str) -> str:
    if job not in JOBS:
        raise Http404
    return job
