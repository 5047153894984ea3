"""The audit trail of all accounts, to be read: filters, saved views, pages by id."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from objects_app import trail
from objects_app.admin import site
from objects_app.admin.base import StaffAdmin, staff_actor
from objects_app.admin.event_filters import EventFilters, views
from objects_app.admin.event_rows import Row
from objects_app.models import AuditEvent

ROWS = 50
TEMPLATE = "admin/audit/events.html"


@admin.register(AuditEvent)
class AuditEventAdmin(StaffAdmin):
    fields = (
        "moment",
        "actor_kind",
        "actor_id",
        "actor_label",
        "via",
        "action",
        "account_id",
        "target_type",
        "target_id",
        "target_label",
        "result",
        "address",
        "bytes",
        "request_id",
        "details",
    )

    @admin.display(description="at (UTC)")
    def moment(self, event: AuditEvent) -> str:
        return event.at.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """A page of its own: Django's counts rows, and asks for the page with a number."""
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        return _list_events(request)


def _list_events(request: HttpRequest) -> HttpResponse:
    form = EventFilters(request.GET)
    if not form.is_valid():
        context = {"form": form, "views": views({"": ""}), "filters": ""}
        return site.render(request, TEMPLATE, title="Audit events", status=400, **context)
    before = form.cleaned_data["before"]
    page = trail.page(staff_actor(request), form.wanted(), before=before, limit=ROWS)
    filters = form.filters()
    return site.render(
        request,
        TEMPLATE,
        title="Audit events",
        form=form,
        views=views(filters),
        filters=urlencode(filters),
        is_filtered=bool(filters),
        rows=[Row(event) for event in page.events],
        page=page,
        newest=urlencode(filters) if before else None,
        older=urlencode(filters | {"before": str(page.before)}) if page.before else "",
    )
