"""Lists of objects: filters, order and pages, the same for the API and for people.

A page begins after the object that the cursor names, in the order of the list: objects made meanwhile shift nothing,
and the cursor holds when its object is deleted, because the tombstone stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable

from objects_app import access, compiled, totals
from objects_app.access import Actor, Kind, Verb
from objects_app.errors import InvalidCursor
from objects_app.filters import Filters
from objects_app.models import State, StoredObject
from objects_app.models.objects import SHOWN_COLUMNS, StoredObjectQuerySet, listed_name, listed_size

LONGEST_SEARCH = 200  # characters: a substring search takes time by its length, row by row
ROWS_AT_ONCE = 100
MOST_COUNTED = 10_000  # where no count is kept
LARGEST_PAGE = 8 * 1024 * 1024  # characters of names and metadata


@dataclass(frozen=True, eq=False)
class Order:
    """By one value of each object, then by id: an index holds the list so, and is read forwards or backwards.

    `of_living` says that the index leaves deleted objects out.
    """

    place: Combinable
    descends: bool = False
    of_living: bool = False


NEWEST = Order(F("created_at"), descends=True)
ORDERS = {
    "newest": NEWEST,
    "oldest": Order(F("created_at")),
    "name": Order(listed_name(), of_living=True),
    "name-desc": Order(listed_name(), of_living=True, descends=True),
    "largest": Order(listed_size(), of_living=True, descends=True),
    "smallest": Order(listed_size(), of_living=True),
}


@dataclass(frozen=True)
class Page:
    """`rows` are named tuples of SHOWN_COLUMNS; `has_more` says that another one really follows."""

    rows: list[Any]
    has_more: bool


@dataclass(frozen=True)
class ObjectList:
    """What there is to see for the actor, filtered, in one order."""

    actor: Actor
    filters: Filters
    order: Order = NEWEST

    @property
    def rows(self) -> StoredObjectQuerySet:
        raise NotImplementedError

    @property
    def cursors(self) -> StoredObjectQuerySet:
        """The objects that a page can begin after."""
        raise NotImplementedError

    def values(self) -> dict[str, str]:
        """What differs between queries of the same SQL, by the names that `_like` knows."""
        return {"content_type": self.filters.content_type} if self.filters.content_type else {}

    def page(self, *, limit: int, after: str = "") -> Page:
        """One query; a second one only tells an unknown cursor (InvalidCursor) from the end of the list.

        A page of much metadata ends early: clients go on from the last id, however many they asked for.
        """
        rows: list[Any] = []
        size = 0
        with connection.wrap_database_errors:  # Django leaves those of closing a cursor of the server as they are
            for row in self._found(limit + 1, after):
                if len(rows) == limit or size > LARGEST_PAGE:
                    return Page(rows, has_more=True)
                rows.append(row)
                size += _size_of(row)
        if after and not rows and not self.cursors.filter(pk=after).exists():
            raise InvalidCursor
        return Page(rows, has_more=False)

    def count(self) -> int | None:
        """How many there are in all; None for more than MOST_COUNTED of which no count is kept."""
        if self.filters.are_counted:
            return self.total()
        if self.filters.are_plain:
            number = compiled.count(_some_of, type(self), self._shape(), self.order, **self.values())
        else:
            number = self.rows[: MOST_COUNTED + 1].count()
        return number if number <= MOST_COUNTED else None

    def total(self) -> int:
        """From the counts that are kept."""
        raise NotImplementedError

    def _found(self, limit: int, after: str) -> Iterable[Any]:
        """Pages that fit into memory by a statement that is kept; others row by row."""
        if limit > ROWS_AT_ONCE or not self.filters.are_plain:
            found = self.sorted_after(after).values_list(*SHOWN_COLUMNS, named=True)[:limit]
            return found.iterator(chunk_size=ROWS_AT_ONCE)
        values = self.values() | ({"after": after} if after else {})
        return compiled.rows(_page_of, type(self), self._shape(), self.order, limit, **values)

    def _shape(self) -> Filters:
        return replace(self.filters, content_type="")

    def sorted_after(self, cursor: str) -> StoredObjectQuerySet:
        """The rows that follow the cursor's, in order; all of them where there is no cursor."""
        rows = self.rows.alias(place=self.order.place)
        if cursor:
            rows = rows.filter(*self._beyond(cursor))
        return rows.order_by("-place", "-id") if self.order.descends else rows.order_by("place", "id")

    def _beyond(self, cursor: str) -> tuple[Q, Q]:
        place = self.cursors.filter(pk=cursor).annotate(place=self.order.place).values("place")
        if self.order.descends:
            return Q(place__lt=place) | Q(id__lt=cursor), Q(place__lte=place)
        return Q(place__gt=place) | Q(id__gt=cursor), Q(place__gte=place)


class OwnList(ObjectList):
    @property
    def rows(self) -> StoredObjectQuerySet:
        rows = self.cursors.filter(self.filters.of_state(), self.filters.of_all_but_state())
        return rows.live() if self.order.of_living else rows

    @property
    def cursors(self) -> StoredObjectQuerySet:
        return access.own_objects(self.actor)

    def total(self) -> int:
        if self.order.of_living and self.filters.state == State.DELETED:
            return 0
        return totals.of_account(self.actor.account_id, state=self.filters.state, is_public=self.filters.is_public)

    def values(self) -> dict[str, str]:
        return super().values() | {"account_id": self.actor.account_id}


class PublicList(ObjectList):
    @property
    def rows(self) -> StoredObjectQuerySet:
        rows = access.public_objects(self.actor).filter(self.filters.of_all_but_state())
        return rows.none() if self._is_empty else rows

    def total(self) -> int:
        return 0 if self._is_empty else totals.of_everybody()

    @property
    def _is_empty(self) -> bool:
        return self.filters.state not in ("", State.READ_ONLY) or self.filters.is_public is False

    @property
    def cursors(self) -> StoredObjectQuerySet:
        """Whatever is or once was public."""
        return access.once_public_objects()


def _page_of(
    kind: type[ObjectList], filters: Filters, order: Order, limit: int, *, after: str = "", **values: str
) -> QuerySet[StoredObject, Any]:
    return _like(kind, filters, order, **values).sorted_after(after).values_list(*SHOWN_COLUMNS)[:limit]


def _some_of(kind: type[ObjectList], filters: Filters, order: Order, **values: str) -> QuerySet[StoredObject, Any]:
    return _like(kind, filters, order, **values).rows.values_list("pk")[: MOST_COUNTED + 1]


def _like(
    kind: type[ObjectList], filters: Filters, order: Order, *, account_id: str = "", content_type: str = ""
) -> ObjectList:
    return kind(Actor(kind=Kind.KEY, account_id=account_id), replace(filters, content_type=content_type), order)


def _size_of(row: Any) -> int:
    """About how many characters the row takes in an answer."""
    return len(row.name) + sum(len(key) + len(value) for key, value in row.metadata.items())


def own_list(actor: Actor, filters: Filters, order: Order = NEWEST) -> ObjectList:
    """The objects of the actor's account; deleted ones only where the filter asks for them."""
    access.require_scope(actor, Verb.READ)
    return OwnList(actor, filters, order)


def public_list(actor: Actor, filters: Filters) -> ObjectList:
    """Every account's public objects."""
    access.require_scope(actor, Verb.READ)
    return PublicList(actor, filters)


MOST_UPLOADS = 100
UPLOAD_COLUMNS = ("id", "name", "content_type", "created_at", "created_by", "last_activity_at", "staged_size")


def own_uploads(actor: Actor) -> list[Any]:
    """What the account uploads now, the newest first; one more than MOST_UPLOADS says that there are more."""
    access.require_scope(actor, Verb.READ)
    found = access.own_objects(actor).uploading().newest_first()
    return list(found.values_list(*UPLOAD_COLUMNS, named=True)[: MOST_UPLOADS + 1])
