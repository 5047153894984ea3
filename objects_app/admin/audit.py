"""The audit trail, to be read."""

from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from objects_app.access import Via
from objects_app.admin.base import StaffAdmin
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent

Choices = list[tuple[str, str]]


class ActionFilter(SimpleListFilter):
    title = parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Choices:  # noqa: ARG002
        return [(action, action) for action in AuditAction]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:  # noqa: ARG002
        return queryset.filter(action=self.value()) if self.value() else queryset


class ViaFilter(SimpleListFilter):
    title = parameter_name = "via"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Choices:  # noqa: ARG002
        return [(via, via) for via in Via]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:  # noqa: ARG002
        return queryset.filter(via=self.value()) if self.value() else queryset


class ResultFilter(SimpleListFilter):
    title = parameter_name = "result"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Choices:  # noqa: ARG002
        return [("ok", "ok"), ("other", "anything else")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:  # noqa: ARG002
        match self.value():
            case "ok":
                return queryset.filter(result="ok")
            case "other":
                return queryset.exclude(result="ok")
        return queryset


@admin.register(AuditEvent)
class AuditEventAdmin(StaffAdmin):
    list_display = ("moment", "actor_label", "via", "action", "target_label", "target_id", "result", "address")
    list_filter = (ActionFilter, ResultFilter, ViaFilter)
    search_fields = ("target_id",)
    search_help_text = "The exact id of what it happened to"
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

    @admin.display(description="at (UTC)", ordering="id")
    def moment(self, event: AuditEvent) -> str:
        return event.at.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[AuditEvent],
        search_term: str,
    ) -> tuple[QuerySet[AuditEvent], bool]:
        """Equality, so that the index of the targets is used."""
        return (queryset.filter(target_id=search_term) if search_term else queryset), False
