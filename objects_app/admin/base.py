"""What the pages of the admin share: staff look, and only actions that call a verb change anything."""

import re
from dataclasses import replace
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from objects_app import access, request_id, staff
from objects_app.access import Actor
from objects_app.admin import shown
from objects_app.admin.paging import PagedChangeList, WithoutNumbers
from objects_app.errors import ObjectsError
from objects_app.listing import LONGEST_SEARCH
from objects_app.models import User
from objects_app.text import is_clean

ID = re.compile(r"([a-z]{3})_[0-9A-Za-z]{30}")
ONE_WORD = "Search for one line of at most 200 characters."


class StaffAdmin(ModelAdmin):
    """Every member of staff may look; nothing is added, changed or deleted past the verbs.

    `found_ids` tells by which indexed column an id is found, by the id's prefix; other words are a part that
    `found_part` knows how to look for. `list_deferred` are columns that a list need not read.
    """

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator: Any = WithoutNumbers
    ordering: ClassVar[Any] = ("-pk",)
    sortable_by: Any = ()
    list_per_page = 50
    list_disable_select_all = True
    list_filter_submit = True
    list_fullwidth = True
    list_deferred: ClassVar[tuple[str, ...]] = ()
    found_ids: ClassVar[dict[str, str]] = {}

    @admin.display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Model) -> Any:
        return shown.checkbox_of(obj)

    @admin.display(description="events")
    def events(self, row: Model) -> str:
        return shown.events_of(row)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedChangeList]:  # noqa: ARG002
        return PagedChangeList

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return self.admin_site.has_permission(request)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return staff_actor(request).operates

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def found_part(self, word: str) -> Q:
        raise NotImplementedError

    def finds_by_index(self, search_term: str) -> bool:
        """Whether an index has all that the word finds, so that the list need not be looked through."""
        return not self.found_ids or self._column_of(search_term.strip()) != ""

    def _column_of(self, word: str) -> str:
        match = ID.fullmatch(word)
        return self.found_ids.get(match[1], "") if match else ""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        word = search_term.strip()
        if not (word and self.search_fields):
            return queryset, False
        if len(word) > LONGEST_SEARCH or not is_clean(word):
            messages.warning(request, ONE_WORD)
            return queryset.none(), False
        column = self._column_of(word)
        return queryset.filter(Q(**{column: word}) if column else self.found_part(word)), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" and not self.has_operate_permission(request):
            raise PermissionDenied("Only operators may do this.")
        return super().changelist_view(request, extra_context)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What a verb refuses is told on the page that asked for it."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ObjectsError as refusal:
            return _told(request, refusal)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **kwargs)
        except ObjectsError as refusal:
            return _told(request, refusal)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        """The audit trail is the history of everything."""
        return redirect(shown.address_of_events(unquote(object_id)))

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """The verbs have recorded it in the audit trail; the admin's own log could be changed."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """As above."""


def _told(request: HttpRequest, refusal: ObjectsError) -> HttpResponse:
    messages.error(request, refusal.message)
    return HttpResponseRedirect(request.get_full_path())


class SuperuserAdmin(StaffAdmin):
    """Superusers add and change as well."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return staff.configures(cast("User", request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return staff.configures(cast("User", request.user))


def staff_actor(request: HttpRequest) -> Actor:
    return replace(
        access.staff_actor(cast("User", request.user)),
        address=request.META.get("REMOTE_ADDR") or None,
        request_id=request_id.current.get(),
    )
