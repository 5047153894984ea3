"""Objects of every account: look, make public or private, delete, verify."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from objects_app import access
from objects_app.access import Actor
from objects_app.admin import shown
from objects_app.admin.actions import ActingAdmin, BulkAction
from objects_app.admin.base import staff_actor
from objects_app.admin.filters import AccountFilter, ChoiceFilter, ObjectCreatedFilter
from objects_app.errors import ObjectsError
from objects_app.models import State, StoredObject
from objects_app.models.objects import fold, is_not_due
from objects_app.operations import downloads, looks, objects, uses, verification

MIB = 1024 * 1024
SIZES = {"1m": ("1 MiB or more", MIB), "100m": ("100 MiB or more", 100 * MIB), "1g": ("1 GiB or more", 1024 * MIB)}
COLOURS = {State.UPLOADING: "info", State.READ_ONLY: "success", State.ERROR: "danger", State.DELETED: "warning"}
MOST_VERIFIED = 20
DOWNLOAD_LIFETIME = timedelta(minutes=5)


class StateFilter(ChoiceFilter):
    title = parameter_name = "state"

    def answers(self) -> dict[str, tuple[str, Q]]:
        living = {
            state.value: (state.label, Q(state=state) & is_not_due()) for state in State if state != State.DELETED
        }
        return {**living, State.DELETED.value: (State.DELETED.label, Q(current_state=State.DELETED))}


class VisibilityFilter(ChoiceFilter):
    title = parameter_name = "visibility"

    def answers(self) -> dict[str, tuple[str, Q]]:
        return {"public": ("Public", Q(is_public=True)), "private": ("Private", Q(is_public=False))}


class SizeFilter(ChoiceFilter):
    title = parameter_name = "size"

    def answers(self) -> dict[str, tuple[str, Q]]:
        larger = {word: (label, Q(size_bytes__gte=size)) for word, (label, size) in SIZES.items()}
        return {"empty": ("Empty", Q(size_bytes=0)), **larger}


def delete(stored_object: StoredObject, *, actor: Actor) -> bool:
    before = stored_object.current_state
    objects.delete_object(stored_object, actor=actor)
    return before != State.DELETED


def verify(stored_object: StoredObject, *, actor: Actor) -> str:
    return verification.verify_now(stored_object, actor=actor) or "the bytes are what they were"


def used_lately(stored_object: StoredObject, *, actor: Actor) -> str:
    """Who would miss it."""
    found = uses.lately(stored_object, actor=actor)
    askers = ", ".join(list(found.askers)[:3])
    if not (found.downloads or found.links):
        return "not used within 30 days"
    words = (
        f"{found.downloads} downloads and {found.links} URLs within 30 days, {found.living_links} of which still work"
    )
    return f"{words}; asked for by {askers}" if askers else words


DELETE = BulkAction(
    "delete",
    "Delete for good",
    delete,
    done="deleted",
    warning="The bytes and the metadata are destroyed at once and cannot be brought back.",
    uses=used_lately,
)


class FoundByName(ActingAdmin):
    """What all lists of objects share."""

    list_select_related = ("account",)
    list_deferred = ("metadata",)
    search_fields = ("name",)
    search_help_text = "Part of a name, or the exact id of an object or an account"
    found_ids: ClassVar = {"obj": "pk", "acc": "account_id"}
    active = shown.moment_of("last_activity_at", "last activity")
    ends = shown.moment_of("delete_after", "ends")

    def found_part(self, word: str) -> Q:
        return Q(folded_name__contains=fold(word))


@admin.register(StoredObject)
class StoredObjectAdmin(FoundByName):
    list_display = ("name", "state_now", "visibility", "account", "size", "created")
    list_filter: ClassVar = [
        ("account", AccountFilter),
        StateFilter,
        VisibilityFilter,
        SizeFilter,
        ("created_at", ObjectCreatedFilter),
    ]
    fieldsets = (
        (None, {"fields": ("id", "name", "account", "state_now", "error_reason", "visibility", "page", "events")}),
        ("Content", {"fields": ("content_type", "exact_size", "digest", "verified", "pretty_metadata")}),
        ("Life", {"fields": ("created", "created_by", "active", "completed", "ends", "deleted")}),
    )
    actions = (
        BulkAction("make_public", "Make public", objects.publish, done="made public"),
        BulkAction("make_private", "Make private", objects.unpublish, done="made private"),
        BulkAction("verify", "Verify the bytes", verify, done="verified", most=MOST_VERIFIED),
        DELETE,
    )
    change_form_outer_before_template = "admin/object_actions.html"
    size = shown.size_of("size_bytes")
    exact_size = shown.exact_size_of("size_bytes")
    digest = shown.digest_of("sha256", "SHA-256")
    pretty_metadata = shown.json_of("metadata", "metadata")
    created = shown.moment_of("created_at", "created")
    completed = shown.moment_of("completed_at", "completed")
    verified = shown.moment_of("verified_at", "SHA-256 last computed")
    deleted = shown.moment_of("deleted_at", "deleted")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoredObject]:
        return access.visible_objects(staff_actor(request))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first by an index: of an account by its own, of all by the key, which begins with the time."""
        of_account = request.GET.get("account__id__exact") or request.GET.get("q", "").startswith("acc_")
        return ("-created_at", "-pk") if of_account else ("-pk",)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (("<path:object_id>/download/", "objects_app_storedobject_download", self.download),)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        stored_object = self.get_object(request, object_id)
        if stored_object:
            looks.note_staff_look(stored_object, actor=staff_actor(request))
        has_content = stored_object is not None and stored_object.current_state == State.READ_ONLY
        return super().change_view(request, object_id, form_url, (extra_context or {}) | {"has_content": has_content})

    def download(self, request: HttpRequest, object_id: str, **_: Any) -> HttpResponse:
        """A URL of a few minutes for whoever asked, and the browser is sent there."""
        if request.method != "POST":
            raise PermissionDenied("A download is asked for by the button on the page of the object.")
        stored_object = self.get_object(request, object_id)
        if stored_object is None:
            raise Http404
        actor = staff_actor(request)
        try:
            address = downloads.issue_download_url(stored_object, actor=actor, expires_in=DOWNLOAD_LIFETIME)
        except ObjectsError as refusal:
            messages.error(request, refusal.message)
            address = reverse("admin:objects_app_storedobject_change", args=[object_id])
        return redirect(address)

    @admin.display(description="state")
    def state_now(self, stored_object: StoredObject) -> str:
        state = State(stored_object.current_state)
        return shown.label(str(state.label), COLOURS[state])

    @admin.display(description="visibility")
    def visibility(self, stored_object: StoredObject) -> str:
        return "Public" if stored_object.is_public else "Private"

    @admin.display(description="page")
    def page(self, stored_object: StoredObject) -> str:
        if not (stored_object.is_public and stored_object.current_state == State.READ_ONLY):
            return "Only people of the account have a page of it"
        return shown.link(reverse("public_page", args=[stored_object.pk]), "The public page")
