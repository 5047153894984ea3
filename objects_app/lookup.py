"""One object by its id, for whoever may see it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from objects_app import access, compiled
from objects_app.access import Actor, Kind
from objects_app.errors import ObjectNotFound
from objects_app.models import StoredObject
from objects_app.models.objects import EVERY_COLUMN, SHOWN_COLUMNS, stored_object_of


def visible_object(actor: Actor, object_id: str) -> StoredObject:
    """The one of `visible_objects` with this id; raise ObjectNotFound where it is none of them."""
    return stored_object_of(_found(actor, object_id, EVERY_COLUMN))


def visible_row(actor: Actor, object_id: str) -> Any:
    """The same as a named tuple of SHOWN_COLUMNS, all that there is to see of it."""
    return _found(actor, object_id, SHOWN_COLUMNS)


def _found(actor: Actor, object_id: str, columns: Sequence[str]) -> Any:
    if actor.operates or not actor.account_id:
        found = access.visible_objects(actor).filter(pk=object_id).values_list(*columns, named=True).first()
    else:
        found = compiled.first(visible_by_id, columns, account_id=actor.account_id, object_id=object_id)
    if found is None:
        raise ObjectNotFound
    return found


def visible_by_id(columns: Sequence[str], *, account_id: str, object_id: str) -> QuerySet[StoredObject, Any]:
    """For whoever is at work in an account and does nothing elsewhere."""
    visible = access.visible_objects(Actor(kind=Kind.KEY, account_id=account_id))
    return visible.filter(pk=object_id).values_list(*columns)
