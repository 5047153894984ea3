"""The filters and the order of the list of objects, as they stand in its address."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from objects_app import listing
from objects_app.filters import Filters
from objects_app.models import State

KINDS = {
    "text": "Text",
    "image": "Images",
    "audio": "Audio",
    "video": "Video",
    "json": "JSON",
    "pdf": "PDF",
    "archive": "Archives",
    "binary": "Binary",
}
ORDERS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "name": "Name, A to Z",
    "name-desc": "Name, Z to A",
    "largest": "Largest first",
    "smallest": "Smallest first",
}
# What the heading of a column asks for, and what it asks for where the list is in that order already.
COLUMNS = {"name": ("name", "name-desc"), "size": ("largest", "smallest"), "created": ("newest", "oldest")}


def _day() -> forms.DateField:
    return forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class FilterForm(forms.Form):
    search = forms.CharField(required=False, max_length=listing.LONGEST_SEARCH)
    state = forms.ChoiceField(required=False, choices=[("", "Any state"), *State.choices])
    visibility = forms.ChoiceField(
        required=False, choices=[("", "Any visibility"), ("public", "Public"), ("private", "Private")]
    )
    kind = forms.ChoiceField(required=False, choices=[("", "Any type"), *KINDS.items()])
    created_from = _day()
    created_to = _day()
    order = forms.ChoiceField(required=False, choices=list(ORDERS.items()))
    after = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def filters(self) -> Filters:
        wanted = self.cleaned_data
        until = wanted["created_to"]
        return Filters(
            search=wanted["search"],
            state=wanted["state"],
            kind=wanted["kind"],
            is_public={"public": True, "private": False}.get(wanted["visibility"]),
            created_from=_midnight(wanted["created_from"]),
            created_before=_midnight(until + timedelta(days=1)) if until and until < date.max else None,
        )

    @property
    def order_name(self) -> str:
        """Deleted objects are kept in the order of creation alone."""
        wanted = self.cleaned_data["order"] or "newest"
        is_kept = self.cleaned_data["state"] != State.DELETED or not listing.ORDERS[wanted].of_living
        return wanted if is_kept else "newest"

    @property
    def is_filtered(self) -> bool:
        return any(value for name, value in self.cleaned_data.items() if name not in ("order", "after"))


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def columns(request: HttpRequest, form: FilterForm) -> dict[str, dict[str, Any]]:
    """Where the heading of each column leads, and which way the list is sorted by it now, in the words of ARIA."""
    is_deleted = form.cleaned_data["state"] == State.DELETED
    sorted_by = {}
    for column, (first, then) in COLUMNS.items():
        is_first, is_then = form.order_name == first, form.order_name == then
        descends = listing.ORDERS[form.order_name].descends
        sorted_by[column] = {
            "query": "" if is_deleted and column != "created" else place(request, order=then if is_first else first),
            "sorted": ("descending" if descends else "ascending") if is_first or is_then else "",
        }
    return sorted_by


def place(request: HttpRequest, *, after: str = "", order: str = "") -> str:
    """The query of this list at another place of it, or in another order from its beginning."""
    query = request.GET.copy()
    if order:
        query["order"] = order
    query["after"] = after
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return query.urlencode()


def opening(request: HttpRequest) -> str:
    """The query of this very page of the list with a panel open, up to the id of its object."""
    query = request.GET.copy()
    query.pop("open", None)
    return "&".join(filter(None, [query.urlencode(), "open="]))
