"""Filters of the admin's lists. One that `is_indexed` narrows what an index holds in the order of the list."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, RangeDateFilter

from objects_app.ids import first_id

ONE_DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)  # of which ids can tell


class ChoiceFilter(DropdownFilter):
    """One of a few answers, each a condition on the rows: `answers` maps its word to label and condition."""

    def answers(self) -> dict[str, tuple[str, Q]]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(word, label) for word, (label, _) in self.answers().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:  # noqa: ARG002
        if not self.value():
            return queryset
        if self.value() not in self.answers():
            raise IncorrectLookupParameters(f"{self.title} is none of these.")
        return queryset.filter(self.answers()[self.value()][1])


class AccountFilter(AutocompleteSelectFilter):
    is_indexed = True


class CreatedFilter(RangeDateFilter):
    """Days in UTC, both included. Ids begin with the time, so the key alone leaves out nearly all other days."""

    is_indexed = True
    prefix: ClassVar = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:  # noqa: ARG002
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(created_at__gte=first, pk__gte=first_id(self.prefix, first - ONE_DAY))
        if last:
            end = last + ONE_DAY
            queryset = queryset.filter(created_at__lt=end, pk__lt=first_id(self.prefix, end + ONE_DAY))
        return queryset

    def _day(self, end: str) -> datetime | None:
        word: Any = self.used_parameters.get(f"{self.field_path}_{end}")
        if not word:
            return None
        try:
            day = datetime.combine(date.fromisoformat(word), time.min, UTC)
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
        return min(max(day, FIRST_DAY), LAST_DAY)


class ObjectCreatedFilter(CreatedFilter):
    prefix = "obj"
