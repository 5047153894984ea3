"""Objects of every account: look, make public or private, delete."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from objects_app import access
from objects_app.access import Actor
from objects_app.admin.base import StaffAdmin, carry_out, staff_actor
from objects_app.models import State, StoredObject
from objects_app.models.objects import fold
from objects_app.operations import objects

NAMES_SHOWN = 100


@admin.register(StoredObject)
class StoredObjectAdmin(StaffAdmin):
    list_display = ("name", "current_state", "visibility", "account", "size_bytes", "created_at")
    list_filter = ("state", "is_public")
    list_select_related = ("account",)
    ordering = ("-created_at", "-id")
    search_fields = ("name",)
    search_help_text = "Part of a name, or the exact id of an object or an account"
    fields = (
        "id",
        "name",
        "account",
        "content_type",
        "current_state",
        "error_reason",
        "is_public",
        "size_bytes",
        "sha256",
        "metadata",
        "created_by",
        "created_at",
        "completed_at",
        "last_activity_at",
        "delete_after",
        "deleted_at",
    )
    actions = ("make_public", "make_private", "delete")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoredObject]:
        return access.visible_objects(staff_actor(request)).order_by(*self.ordering)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[StoredObject],
        search_term: str,
    ) -> tuple[QuerySet[StoredObject], bool]:
        if not search_term:
            return queryset, False
        exact = Q(pk=search_term) | Q(account_id=search_term)
        return queryset.filter(exact | Q(folded_name__contains=fold(search_term))), False

    @admin.display(description="state")
    def current_state(self, stored_object: StoredObject) -> str:
        return State(stored_object.current_state).label

    @admin.display(description="visibility", ordering="is_public")
    def visibility(self, stored_object: StoredObject) -> str:
        return "Public" if stored_object.is_public else "Private"

    @admin.action(description="Make public")
    def make_public(self, request: HttpRequest, rows: QuerySet[StoredObject]) -> None:
        carry_out(request, rows, objects.publish, done="made public")

    @admin.action(description="Make private")
    def make_private(self, request: HttpRequest, rows: QuerySet[StoredObject]) -> None:
        carry_out(request, rows, objects.unpublish, done="made private")

    @admin.action(description="Delete for good")
    def delete(self, request: HttpRequest, rows: QuerySet[StoredObject]) -> HttpResponseBase | None:
        """The first time ask, naming the objects; the page that asks sends the same selection again."""
        if "confirmed" in request.POST:
            carry_out(request, rows, _delete, done="deleted")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Delete objects for good",
            "opts": self.opts,
            "names": [stored_object.name for stored_object in rows[:NAMES_SHOWN]],
            "count": rows.count(),
            "selected": request.POST.getlist("_selected_action"),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/objects/delete.html", context)


def _delete(stored_object: StoredObject, *, actor: Actor) -> bool:
    before = stored_object.current_state
    objects.delete_object(stored_object, actor=actor)
    return before != State.DELETED
