"""Who accessed something, when, from where, by which key, and who let them: events with what allowed each.

Events copy names and point at nothing, so what allowed an access is looked up for a page at once: the event that
granted its URL, the one that made the object public, the key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from objects_app import trail
from objects_app.access import Actor, Kind, Via
from objects_app.audit import AuditAction
from objects_app.models import ApiKey, AuditEvent
from objects_app.trail import Page, Wanted

PUBLICATIONS_AT_MOST = 500
CONTENT = (
    AuditAction.CONTENT_DOWNLOADED,
    AuditAction.CONTENT_PREVIEWED,
    AuditAction.PUBLIC_PAGE_OPENED,
)
GIVERS = (AuditAction.OBJECT_PUBLISHED, AuditAction.OBJECT_CREATED)
ACCESS = (  # and what gives or takes it
    *CONTENT,
    AuditAction.DOWNLOAD_URL_ISSUED,
    AuditAction.OBJECT_PUBLISHED,
    AuditAction.OBJECT_UNPUBLISHED,
    AuditAction.OBJECT_REFUSED,
    AuditAction.KEY_REFUSED,
    AuditAction.OBJECT_NOT_FOUND,
    AuditAction.KEY_CREATED,
    AuditAction.KEY_ROTATED,
    AuditAction.KEY_REVOKED,
    AuditAction.ACTIVITY_EXPORTED,
)


class About(StrEnum):
    OBJECT = "object"
    KEY = "key"
    ACCOUNT = "account"
    PERSON = "person"
    ADDRESS = "address"


@dataclass(frozen=True)
class Access:
    """An event, and in words what allowed it; `by` is the event that did, where there is one."""

    event: AuditEvent
    words: str = ""
    by: AuditEvent | None = None


@dataclass(frozen=True)
class Timeline:
    accesses: list[Access]
    page: Page


def timeline_of(
    about: About, target_id: str, *, actor: Actor, everything: bool = False, before: int | None = None, limit: int
) -> Timeline:
    page = trail.page(actor, _wanted(about, target_id, () if everything else ACCESS), before=before, limit=limit)
    return Timeline(_explained(page.events), page)


def _wanted(about: About, target_id: str, only: tuple[str, ...]) -> Wanted:
    match about:
        case About.OBJECT:
            return Wanted(target_id=target_id, only=only)
        case About.ACCOUNT:
            return Wanted(account_id=target_id, only=only)
        case About.ADDRESS:
            return Wanted(address=target_id, only=only)
    return Wanted(about=target_id, only=only)


def _explained(events: list[AuditEvent]) -> list[Access]:
    uses = [event for event in events if event.action in (*CONTENT, AuditAction.DOWNLOAD_URL_ISSUED)]
    grants = AuditEvent.objects.in_bulk([event.details["grant"] for event in uses if event.details.get("grant")])
    keys = ApiKey.objects.in_bulk([event.actor_id for event in uses if event.actor_kind == Kind.KEY])
    publications = _publications(uses)
    return [_explain(event, grants, keys, publications) if event in uses else Access(event) for event in events]


def _explain(
    event: AuditEvent, grants: dict[int, AuditEvent], keys: dict[str, ApiKey], publications: list[AuditEvent]
) -> Access:
    if grant := grants.get(event.details.get("grant") or 0):
        return Access(event, f"the link that {_name(grant)} asked for", grant)
    if event.via == Via.PUBLIC_PAGE or event.actor_kind == Kind.ANONYMOUS:
        newest = next((each for each in publications if _came_before(each, event)), None)
        return Access(event, f"made public by {_name(newest)}" if newest else "public", newest)
    if key := keys.get(event.actor_id):
        return Access(event, f"key made by {key.created_by}")
    return Access(event, "staff" if event.via == Via.ADMIN else "member of the account")


def _publications(uses: Iterable[AuditEvent]) -> list[AuditEvent]:
    """The events that made public what was read on public pages, the newest first."""
    targets = {event.target_id for event in uses if not event.details.get("grant") and event.actor_kind != Kind.KEY}
    made = AuditEvent.objects.filter(target_id__in=targets, action__in=GIVERS)
    return [
        event
        for event in made.order_by("-id")[:PUBLICATIONS_AT_MOST]
        if event.action == AuditAction.OBJECT_PUBLISHED or event.details.get("is_public")
    ]


def _came_before(publication: AuditEvent, event: AuditEvent) -> bool:
    return publication.target_id == event.target_id and publication.pk < event.pk


def _name(event: AuditEvent) -> str:
    return event.actor_label or event.actor_kind
