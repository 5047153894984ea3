"""Who used an object lately, from the audit trail, for whoever is about to take it away."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from objects_app import access
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent, StoredObject

LATELY = timedelta(days=30)
MOST_EVENTS = 1_000


@dataclass
class Uses:
    """`askers` are those who asked for download URLs, the last one first, with how often and when they last did;
    nobody is named to who may not see the account's activity. `are_all` is False where there were more events.
    """

    downloads: int = 0
    links: int = 0
    living_links: int = 0
    last_link_ends_at: datetime | None = None
    askers: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    are_all: bool = True


def lately(stored_object: StoredObject, *, actor: Actor) -> Uses:
    if not access.oversees(actor):
        access.require(actor, Verb.READ, stored_object)
    events = AuditEvent.objects.filter(target_id=stored_object.pk, at__gte=stored_object.seen_at - LATELY)
    columns = events.order_by("-id").values_list("action", "actor_label", "at", "details")
    found = list(columns[: MOST_EVENTS + 1])
    uses = _count(found[:MOST_EVENTS], now=stored_object.seen_at)
    uses.are_all = len(found) <= MOST_EVENTS
    if not (access.oversees(actor) or access.holds(actor, Verb.SEE_ACTIVITY)):
        uses.askers = {}
    return uses


def _count(events: Iterable[tuple[str, str, datetime, dict[str, Any]]], *, now: datetime) -> Uses:
    uses = Uses()
    for action, label, at, details in events:
        if action == AuditAction.CONTENT_DOWNLOADED:
            uses.downloads += 1
        elif action == AuditAction.DOWNLOAD_URL_ISSUED:
            uses.links += 1
            ends_at = datetime.fromisoformat(details["expires_at"])
            if ends_at > now:
                uses.living_links += 1
                uses.last_link_ends_at = max(ends_at, uses.last_link_ends_at or ends_at)
            often, last = uses.askers.get(label, (0, at))
            uses.askers[label] = (often + 1, last)
    return uses
