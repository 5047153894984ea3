"""What operators do to several rows at once: a page asks for the reason, another one tells what came of each row."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from objects_app.access import Actor
from objects_app.admin.base import StaffAdmin, staff_actor
from objects_app.errors import ObjectsError
from objects_app.text import is_clean

MOST_ROWS = 500
NAMES_SHOWN = 100
LONGEST_REASON = 500
UNCHANGED = "nothing to change"
Verb = Callable[..., bool | str]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "maxlength": LONGEST_REASON}),
        help_text="It stands in the audit event of each, for as long as the trail is kept.",
    )

    def clean_reason(self) -> str:
        reason = " ".join(self.cleaned_data["reason"].split())
        if not is_clean(reason):
            raise forms.ValidationError("A reason has no control characters.")
        return reason


@dataclass(frozen=True)
class Outcome:
    row: Model
    words: str
    kind: str  # changed, unchanged or refused


@dataclass(frozen=True)
class BulkAction:
    """`verb` takes a row and the actor, and returns whether it changed it, or says in words what it found.

    `done` says of a row that the verb changed it; `warning` what cannot be undone; `uses` who used a row lately; `most`
    how many rows can be waited for.
    """

    name: str
    label: str
    verb: Verb
    done: str
    warning: str = ""
    uses: Callable[..., str] | None = None
    most: int = MOST_ROWS

    # What Django's admin and templates ask of an action.
    allowed_permissions = ("operate",)
    do_not_call_in_templates = True

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def short_description(self) -> str:
        return self.label

    def __call__(self, page: StaffAdmin, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        rows = list(chosen[: self.most + 1])
        if refusal := _refusal(request, rows, most=self.most):
            messages.error(request, refusal)
            return None
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            actor = replace(staff_actor(request), reason=form.cleaned_data["reason"])
            outcomes = [self.carry_out(row, actor=actor) for row in rows]
            return self._page(page, request, {"outcomes": outcomes, "counts": _counts(outcomes)})
        return self._page(page, request, {"form": form, **self._named(rows, actor=staff_actor(request))})

    def carry_out(self, row: Model, *, actor: Actor) -> Outcome:
        try:
            moved = self.verb(row, actor=actor)
        except ObjectsError as refusal:
            return Outcome(row, refusal.message, "refused")
        if isinstance(moved, str):
            return Outcome(row, moved, "changed")
        return Outcome(row, self.done, "changed") if moved else Outcome(row, UNCHANGED, "unchanged")

    def _named(self, rows: list[Model], *, actor: Actor) -> dict[str, Any]:
        uses = self.uses
        named = [(row, uses(row, actor=actor) if uses else "") for row in rows[:NAMES_SHOWN]]
        return {"named": named, "count": len(rows), "selected": [row.pk for row in rows]}

    def _page(self, page: StaffAdmin, request: HttpRequest, more: dict[str, Any]) -> HttpResponse:
        context = {
            **page.admin_site.each_context(request),
            "title": self.label,
            "opts": page.opts,
            "action": self,
            "checkbox": ACTION_CHECKBOX_NAME,
            "back": reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist"),
        }
        return TemplateResponse(request, "admin/action.html", context | more)


def _refusal(request: HttpRequest, rows: list[Model], *, most: int) -> str:
    if request.POST.get("select_across", "0") not in ("", "0") or len(rows) > most:
        return f"At most {most} can be chosen for this at once, each by itself. Nothing was changed."
    return "" if rows else "Nothing of what was selected is here any more."


def _counts(outcomes: list[Outcome]) -> list[tuple[str, int]]:
    kinds = [outcome.kind for outcome in outcomes]
    return [(kind, kinds.count(kind)) for kind in ("changed", "unchanged", "refused") if kind in kinds]


def for_one(page: StaffAdmin, request: HttpRequest) -> list[BulkAction]:
    """The same actions, for the page of one row."""
    return [function for function, _, _ in page.get_actions(request).values() if isinstance(function, BulkAction)]


class ActingAdmin(StaffAdmin):
    """Pages of one row offer what the list offers for many."""

    change_form_outer_before_template = "admin/actions_of_one.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        more = {"actions_of_one": for_one(self, request), "checkbox": ACTION_CHECKBOX_NAME}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | more)
