"""What the pages of the admin share: staff look, and only actions that call a verb change anything."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from objects_app import access, request_id
from objects_app.access import Actor
from objects_app.errors import ObjectsError
from objects_app.models import User


class StaffAdmin(ModelAdmin):
    """Every member of staff may look; nothing is added, changed or deleted past the verbs."""

    show_full_result_count = False

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


class SuperuserAdmin(StaffAdmin):
    """Superusers add and change as well."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.configures(cast("User", request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return access.configures(cast("User", request.user))


def staff_actor(request: HttpRequest) -> Actor:
    return replace(
        access.staff_actor(cast("User", request.user)),
        address=request.META.get("REMOTE_ADDR") or None,
        request_id=request_id.current.get(),
    )


def carry_out(request: HttpRequest, rows: Iterable[Any], verb: Callable[..., bool], *, done: str) -> None:
    """Call the verb for each row and say how many it changed, left as they were or refused, and why."""
    actor = staff_actor(request)
    changed = unchanged = 0
    refusals: Counter[str] = Counter()
    for row in rows:
        try:
            moved = verb(row, actor=actor)
        except ObjectsError as refusal:
            refusals[refusal.message] += 1
        else:
            changed += moved
            unchanged += not moved
    _report(request, changed=changed, unchanged=unchanged, refusals=refusals, done=done)


def _report(request: HttpRequest, *, changed: int, unchanged: int, refusals: Counter[str], done: str) -> None:
    if changed:
        messages.success(request, f"{changed} {done}.")
    if unchanged:
        messages.info(request, f"{unchanged} left as before: nothing to change.")
    for reason, count in refusals.items():
        messages.warning(request, f"{count} refused: {reason}")
