"""What happened to one object lately, as far as the reader may know."""

from objects_app import access
from objects_app.access import Actor, Verb
from objects_app.models import AuditEvent, StoredObject

MOST = 20
LOOKED_THROUGH = 500  # events: a popular object has more than a page can wait for


def latest_of(stored_object: StoredObject, *, actor: Actor) -> list[AuditEvent]:
    """The newest first. Whoever may not see the account's activity sees what they did themselves."""
    access.require(actor, Verb.READ, stored_object)
    events = AuditEvent.objects.filter(target_id=stored_object.pk, account_id=stored_object.account_id).order_by("-id")
    if access.holds(actor, Verb.SEE_ACTIVITY):
        return list(events[:MOST])
    own = [event for event in events[:LOOKED_THROUGH] if (event.actor_kind, event.actor_id) == (actor.kind, actor.id)]
    return own[:MOST]
