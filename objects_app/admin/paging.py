"""Pages of the admin's lists, none of which is counted or skipped through.

A page begins behind the row that `before` names, in an order that an index holds. A list that is filtered looks at no
more than WINDOW rows of that order, however rare those are that it asks for; where it stopped it says from where to
look on.
"""

from typing import Any, ClassVar

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.filters import ListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

BEFORE = "before"
WINDOW = 20_000
MOST_SUGGESTIONS = 10  # pages of them, in a field that completes what is typed
Filters = tuple[list[ListFilter], bool, dict[str, Any], bool, bool]


class PagedChangeList(ChangeList):
    """`first_page` and `next_page` are addresses, empty where there is no such page."""

    def get_filters(self, request: HttpRequest) -> Filters:
        """Only what the list offers can be asked: other columns, such as digests, could be guessed bit by bit."""
        for params in (self.params, self.filter_params):
            params.pop(BEFORE, None)
        filters: Filters = super().get_filters(request)
        if filters[2]:
            raise DisallowedModelAdminLookup(f"This list has no filter {', '.join(filters[2])}")
        return filters

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[str]:  # noqa: ARG002
        return list(self.model_admin.get_ordering(request))

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        return super().get_queryset(request, exclude_parameters).defer(*self.model_admin.list_deferred)

    def get_results(self, request: HttpRequest) -> None:
        before = request.GET.get(BEFORE, "")
        try:
            beyond = self._beyond(before) if before else Q()
            floor = self._floor(request, beyond)
            rows = list(self.queryset.filter(beyond, self._up_to(floor))[: self.list_per_page + 1])
        except (ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(error) from error
        self.result_list = rows[: self.list_per_page]
        self._set_pages(before, last=rows[self.list_per_page - 1].pk if len(rows) > self.list_per_page else floor)
        self.looked_through = WINDOW if floor and len(rows) <= self.list_per_page else 0
        self._set_what_is_not_known()

    def _beyond(self, key: Any) -> Q:
        """What follows the row of this key, in an order that may descend by some columns and ascend by others."""
        beyond = Q()
        for name in reversed(self.queryset.query.order_by):
            column, follows = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
            place = self._place(key, column)
            further = Q(**{f"{column}__{follows}": place})
            beyond = Q(**{f"{column}__{follows}e": place}) & (further | beyond) if beyond else further
        return beyond

    def _place(self, key: Any, column: str) -> Any:
        """The database compares what it holds: a time that was read says less on SQLite."""
        return key if column == "pk" else self.root_queryset.filter(pk=key).values(column)

    def _up_to(self, floor: Any) -> Q:
        """What does not follow the floor; the first column says so by itself, for the index."""
        if floor is None:
            return Q()
        name = self.queryset.query.order_by[0]
        column = name.removeprefix("-")
        bound = f"{column}__{'gte' if name.startswith('-') else 'lte'}"
        return Q(**{bound: self._place(floor, column)}) & ~self._beyond(floor)

    def _floor(self, request: HttpRequest, beyond: Q) -> Any:
        """The key of the last row that is looked at; None where the list ends before."""
        if not self._may_be_rare():
            return None
        within = self.root_queryset
        for each in self.filter_specs:
            narrowed = each.queryset(request, within) if getattr(each, "is_indexed", False) else None
            within = within if narrowed is None else narrowed
        within = within.filter(beyond).order_by(*self.queryset.query.order_by)
        return within.values_list("pk", flat=True)[WINDOW - 1 : WINDOW].first()

    def _may_be_rare(self) -> bool:
        if self.query:
            return not self.model_admin.finds_by_index(self.query)
        return any(is_used(each) and not getattr(each, "is_indexed", False) for each in self.filter_specs)

    def _set_pages(self, before: str, *, last: Any) -> None:
        self.first_page = self.get_query_string() if before else ""
        self.next_page = "" if last is None else self.get_query_string({BEFORE: last})

    def _set_what_is_not_known(self) -> None:
        """What templates of Django ask for; pages have no numbers, and nobody knows how many rows there are."""
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.paginator = WithoutNumbers(self.result_list, self.list_per_page)


def is_used(list_filter: ListFilter) -> bool:
    """A form of filters sends empty words for those that are not."""
    values = list_filter.used_parameters.values()
    return any(any(value) if isinstance(value, list) else value for value in values)


class WithoutNumbers(Paginator):
    """Of the pages of a list only the next one is known, by one row more than fits; fields that complete use it too."""

    template_name: ClassVar = "admin/pages.html"

    def validate_number(self, number: Any) -> int:
        try:
            number = int(number)
        except ValueError as error:
            raise EmptyPage from error
        if not 1 <= number <= MOST_SUGGESTIONS:
            raise EmptyPage
        return number

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        page = PageWithNext(rows[: self.per_page], number, self)
        page.has_more = len(rows) > self.per_page and number < MOST_SUGGESTIONS
        return page


class PageWithNext(Page):
    has_more = False

    def has_next(self) -> bool:
        return self.has_more
