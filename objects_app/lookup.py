"""One object by its id, for whoever may see it."""

from django.db.models import QuerySet

from objects_app import access, compiled
from objects_app.access import Actor, Kind
from objects_app.errors import ObjectNotFound
from objects_app.models import StoredObject
from objects_app.models.objects import EVERY_COLUMN, stored_object_of


def visible_object(actor: Actor, object_id: str) -> StoredObject:
    """The one of `visible_objects` with this id; raise ObjectNotFound where it is none of them."""
    if actor.operates or not actor.account_id:
        found = access.visible_objects(actor).filter(pk=object_id).first()
    else:
        row = compiled.first(_visible_row, account_id=actor.account_id, object_id=object_id)
        found = stored_object_of(row) if row else None
    if found is None:
        raise ObjectNotFound
    return found


def _visible_row(*, account_id: str, object_id: str) -> QuerySet[StoredObject, tuple[object, ...]]:
    visible = access.visible_objects(Actor(kind=Kind.KEY, account_id=account_id))
    return visible.filter(pk=object_id).values_list(*EVERY_COLUMN)
