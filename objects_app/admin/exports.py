"""The trail, or a part of it, to take away: as an answer where it is small, and else as an object of one's own."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from objects_app import queue
from objects_app.admin import site
from objects_app.admin.base import staff_actor
from objects_app.admin.event_filters import EventFilters
from objects_app.errors import NotDownloadable
from objects_app.event_files import LAYOUTS, written
from objects_app.models import ExportRun, User
from objects_app.operations import exports

SHOWN = 50


@site.page("export-events/", name="export_events")
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The filters stand in the address, as those of the list do."""
    form, layout = EventFilters(request.GET), request.POST.get("format", "")
    if layout not in LAYOUTS or not form.is_valid():
        raise SuspiciousOperation("There is no such export.")
    wanted, actor = form.wanted(), staff_actor(request)
    if account_id := request.POST.get("account", ""):
        user = cast("User", request.user)
        exports.request_export(wanted, layout=layout, user=user, account_id=account_id, actor=actor)
        queue.hurry("export_events")
        messages.success(request, "The export will be written by a worker. Its progress is shown here.")
        return redirect("admin:exports")
    events = exports.all_at_once(wanted, actor=actor)
    if events is None:
        return _ask_where_to(request, layout, form)
    exports.record_export(wanted, layout=layout, actor=actor)
    return StreamingHttpResponse(
        written([events], layout=layout),
        content_type=LAYOUTS[layout],
        headers={"Content-Disposition": f'attachment; filename="audit-events-{timezone.now():%Y-%m-%d}.{layout}"'},
    )


def _ask_where_to(request: HttpRequest, layout: str, form: EventFilters) -> HttpResponse:
    return site.render(
        request,
        "admin/audit/export.html",
        title="Export audit events",
        layout=layout,
        filters=urlencode(form.filters()),
        places=exports.places_of(cast("User", request.user)),
        at_once=exports.AT_ONCE,
    )


@site.page("exports/", name="exports")
@require_safe
def list_exports(request: HttpRequest) -> HttpResponse:
    runs = exports.runs(actor=staff_actor(request), limit=SHOWN)
    unfinished = {ExportRun.State.WAITING, ExportRun.State.RUNNING}
    return site.render(
        request,
        "admin/audit/exports.html",
        title="Exports",
        runs=runs,
        is_going_on=any(run.state in unfinished for run in runs),
    )


@site.page("exports/<int:run_id>/download/", name="download_export")
@require_POST
def download_export(request: HttpRequest, run_id: int) -> HttpResponse:
    run = get_object_or_404(ExportRun, pk=run_id, state=ExportRun.State.DONE)
    try:
        return redirect(exports.download_url(run, user=cast("User", request.user)))
    except NotDownloadable:
        messages.error(request, "The object of this export is gone. Ask for it again.")
        return redirect("admin:exports")
