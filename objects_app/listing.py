"""Lists of objects: filters, order and pages, the same for the API and for people.

A page begins after the object that the cursor names, in the order of creation: objects made meanwhile shift nothing,
and the cursor holds when its object is deleted, because the tombstone stays.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from objects_app import access
from objects_app.access import Actor, Verb
from objects_app.errors import InvalidCursor
from objects_app.models import State
from objects_app.models.objects import StoredObjectQuerySet, fold, is_live, is_not_due

COLUMNS = (
    "id",
    "account_id",
    "name",
    "content_type",
    "current_state",
    "error_reason",
    "metadata",
    "is_public",
    "created_at",
    "delete_after",
    "size_bytes",
    "sha256",
)


LONGEST_SEARCH = 200  # characters: a substring search takes time by its length, row by row
ROWS_AT_ONCE = 100
LARGEST_PAGE = 8 * 1024 * 1024  # characters of names and metadata


@dataclass(frozen=True)
class Filters:
    """What to show; empty shows all. `name` and `search` find a part of the name, `search` also an exact id."""

    name: str = ""
    search: str = ""
    content_type: str = ""
    state: str = ""
    is_public: bool | None = None


@dataclass(frozen=True)
class Page:
    """`rows` are named tuples of COLUMNS; `has_more` says that another one really follows."""

    rows: list[Any]
    has_more: bool


@dataclass(frozen=True)
class ObjectList:
    rows: StoredObjectQuerySet
    cursors: StoredObjectQuerySet

    def page(self, *, limit: int, after: str = "") -> Page:
        """One query; a second one only tells an unknown cursor (InvalidCursor) from the end of the list.

        A page of much metadata ends early: clients go on from the last id, however many they asked for.
        """
        found = self._after(after).newest_first().values_list(*COLUMNS, named=True)[: limit + 1]
        rows: list[Any] = []
        size = 0
        with connection.wrap_database_errors:  # Django leaves those of closing a cursor of the server as they are
            for row in found.iterator(chunk_size=ROWS_AT_ONCE):
                if len(rows) == limit or size > LARGEST_PAGE:
                    return Page(rows, has_more=True)
                rows.append(row)
                size += _size_of(row)
        if after and not rows and not self.cursors.filter(pk=after).exists():
            raise InvalidCursor
        return Page(rows, has_more=False)

    def count(self) -> int:
        return self.rows.count()

    def _after(self, cursor: str) -> StoredObjectQuerySet:
        if not cursor:
            return self.rows
        moment = self.cursors.filter(pk=cursor).values("created_at")
        return self.rows.filter(Q(created_at__lt=moment) | Q(id__lt=cursor), created_at__lte=moment)


def _size_of(row: Any) -> int:
    """About how many characters the row takes in an answer."""
    return len(row.name) + sum(len(key) + len(value) for key, value in row.metadata.items())


def own_list(actor: Actor, filters: Filters) -> ObjectList:
    """The objects of the actor's account; deleted ones only where the filter asks for them."""
    access.require_scope(actor, Verb.READ)
    own = access.own_objects(actor)
    rows = own.filter(_state_is(filters.state), _matches(filters))
    return ObjectList(rows, cursors=own)


def public_list(actor: Actor, filters: Filters) -> ObjectList:
    """Every account's public objects; whatever is or once was public is a cursor of this list."""
    access.require_scope(actor, Verb.READ)
    rows = access.public_objects(actor).filter(_matches(filters))
    if filters.state not in ("", State.READ_ONLY) or filters.is_public is False:
        rows = rows.none()
    return ObjectList(rows, cursors=access.once_public_objects())


def _state_is(state: str) -> Q:
    if not state:
        return is_live()
    if state == State.DELETED:
        return Q(current_state=State.DELETED)
    return Q(state=state) & is_not_due()


def _matches(filters: Filters) -> Q:
    matches = Q()
    if filters.name:
        matches &= Q(folded_name__contains=fold(filters.name))
    if filters.search:
        matches &= Q(pk=filters.search) | Q(folded_name__contains=fold(filters.search))
    if filters.content_type:
        matches &= Q(content_type=filters.content_type)
    if filters.is_public is not None:
        matches &= Q(is_public=filters.is_public)
    return matches


MOST_METADATA = 1_000


def metadata_keys(actor: Actor) -> list[str]:
    """The keys in the metadata of the account's objects, sorted; at most MOST_METADATA."""
    access.require_scope(actor, Verb.READ)
    pairs = access.own_metadata(actor).order_by("key").values_list("key", flat=True)
    return list(pairs.distinct()[:MOST_METADATA])


def metadata_values(actor: Actor, key: str) -> list[str]:
    access.require_scope(actor, Verb.READ)
    pairs = access.own_metadata(actor).filter(key=key).order_by("value").values_list("value", flat=True)
    return list(pairs.distinct()[:MOST_METADATA])
