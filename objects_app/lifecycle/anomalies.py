"""What is unusual, by simple rules over the events that are sealed and over keys; each is found once and recorded.

Only sealed events are looked at, because no earlier one can still appear among them: a walk in the order of their ids
misses none.
"""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from objects_app import access, audit
from objects_app.access import Kind
from objects_app.audit import AuditAction
from objects_app.lifecycle.sealing import sealed_to
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept
from objects_app.models import ApiKey, AuditEvent, Job, KeyNetwork, KeyUse, StoredObject
from objects_app.operations.keys import live_keys

ACTOR = access.system_actor("find_anomalies")
BURST = timedelta(minutes=10)
AFTER_PUBLICATION = timedelta(days=1)
LOOKED_BACK = 5_000  # events of one account or object
IPV4_NETWORK, IPV6_NETWORK = 24, 48
VISIBILITY = (
    AuditAction.OBJECT_CREATED,
    AuditAction.OBJECT_COMPLETED,
    AuditAction.OBJECT_PUBLISHED,
    AuditAction.OBJECT_UNPUBLISHED,
)


@dataclass(frozen=True)
class Anomaly:
    """`mark` is what tells it from others of its kind about the same key or object: it stands in the details."""

    action: AuditAction
    target_id: str
    mark: Any
    details: dict[str, Any] = field(default_factory=dict, compare=False)

    def is_recorded(self) -> bool:
        return AuditEvent.objects.filter(target_id=self.target_id, action=self.action, details__mark=self.mark).exists()


def record_anomalies(*, before: Moment, limit: int, after: str) -> Swept:
    """Look at `limit` events more; at the end of them, at the keys that nobody used since `before`."""
    events = _sealed_after(int(after or 0), limit)
    last = str(events[-1].pk) if events else after
    is_done = len(events) < limit
    found = list(_found_in(events))
    with transaction.atomic():
        for anomaly in found:
            _record(anomaly)
        KeyNetwork.objects.bulk_create(
            [KeyNetwork(key_id=key, network=network) for key, network in _new_networks(events)], ignore_conflicts=True
        )
        unused = list(unused_keys(before=before)[:BATCH]) if is_done else []
        for key in unused:
            audit.record(AuditAction.ANOMALY_KEY_UNUSED, actor=ACTOR, target=key)
    return Swept(len(found) + len(unused), 0, more=not is_done or len(unused) == BATCH, cursor=last)


def find_anomalies(before: Moment) -> Iterator[Found]:
    """What the next scheduled run would record."""
    after = int(Job.objects.filter(pk="find_anomalies").values_list("cursor", flat=True).first() or 0)
    while events := _sealed_after(after, BATCH):
        for anomaly in _found_in(events):
            yield Found(anomaly.target_id, 0, f"{anomaly.action} {anomaly.mark}")
        after = events[-1].pk
    for key in unused_keys(before=before).iterator(chunk_size=BATCH):
        yield Found(key.pk, 0, f"{AuditAction.ANOMALY_KEY_UNUSED} {key}")


def _sealed_after(event_id: int, limit: int) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(id__gt=event_id, id__lte=sealed_to()).order_by("id")[:limit])


def _found_in(events: list[AuditEvent]) -> Iterator[Anomaly]:
    candidates: dict[Anomaly, None] = {}
    for rule in RULES:
        candidates |= dict.fromkeys(rule(events))
    return (anomaly for anomaly in candidates if not anomaly.is_recorded())


def _record(anomaly: Anomaly) -> None:
    """Nothing is told of a key or an object that is gone altogether."""
    is_key = anomaly.target_id.startswith("key_")
    rows: QuerySet[Any] = ApiKey.objects.all() if is_key else StoredObject.objects.all()
    if target := rows.filter(pk=anomaly.target_id).first():
        audit.record(anomaly.action, actor=ACTOR, target=target, mark=anomaly.mark, **anomaly.details)


def network_of(address: str) -> str:
    """Its /24, or its /48 of IPv6."""
    parsed = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((parsed, IPV4_NETWORK if parsed.version == 4 else IPV6_NETWORK), strict=False))


def _by_keys(events: Iterable[AuditEvent]) -> list[AuditEvent]:
    return [event for event in events if event.actor_kind == Kind.KEY]


def _new_networks(events: Iterable[AuditEvent]) -> dict[tuple[str, str], AuditEvent]:
    """Key and network of each first use, in their order, with the event that shows it."""
    uses = [event for event in _by_keys(events) if event.address]
    keys = set(ApiKey.objects.filter(pk__in={event.actor_id for event in uses}).values_list("pk", flat=True))
    known = set(KeyNetwork.objects.filter(key__in=keys).values_list("key", "network"))
    new: dict[tuple[str, str], AuditEvent] = {}
    for event in uses:
        pair = (event.actor_id, network_of(event.address or ""))
        if event.actor_id in keys and pair not in known:
            new.setdefault(pair, event)
    return new


def keys_from_new_networks(events: list[AuditEvent]) -> Iterator[Anomaly]:
    """The very first network of a key is no news."""
    new = _new_networks(events)
    seen = set(KeyNetwork.objects.filter(key__in={key for key, _ in new}).values_list("key", flat=True))
    for (key, network), event in new.items():
        if key in seen:
            yield Anomaly(AuditAction.ANOMALY_NEW_NETWORK, key, network, {"event": event.pk, "address": event.address})
        seen.add(key)


def not_found_bursts(events: list[AuditEvent]) -> Iterator[Anomaly]:
    """One for each clock hour in which a key asked too often within ten minutes for what is not there."""
    last = {event.actor_id: event for event in _by_keys(events) if event.action == AuditAction.OBJECT_NOT_FOUND}
    for key, event in last.items():
        asked = _asked_before(event)
        for (_, first), (event_id, at) in zip(asked, asked[settings.ANOMALY_NOT_FOUND - 1 :], strict=False):
            if event_id >= events[0].pk and at - first < BURST:
                yield Anomaly(AuditAction.ANOMALY_NOT_FOUND, key, f"{at:%Y-%m-%dT%H}", {"event": event_id})


def _asked_before(event: AuditEvent) -> list[tuple[int, datetime]]:
    """The like of it that this actor did, the oldest first, among the account's newest events; a flood as often as it
    counts, as far as that matters.
    """
    newest = AuditEvent.objects.filter(account_id=event.account_id, id__lte=event.pk).order_by("-id")
    rows = newest.values_list("id", "at", "details", "action", "actor_id")[:LOOKED_BACK]
    like = (event.action, event.actor_id)
    asked: list[tuple[int, datetime]] = []
    for event_id, at, details, *others in reversed(rows):
        if tuple(others) == like:
            asked += [(event_id, at)] * min(details.get("count", 1), settings.ANOMALY_NOT_FOUND)
    return asked


def downloads_after_publication(events: list[AuditEvent]) -> Iterator[Anomaly]:
    last = {event.target_id: event for event in events if event.action == AuditAction.CONTENT_DOWNLOADED}
    for target_id, event in last.items():
        publication, count = _downloads_since_publication(event)
        if publication and count >= settings.ANOMALY_DOWNLOADS:
            yield Anomaly(AuditAction.ANOMALY_DOWNLOADS, target_id, publication, {"event": event.pk, "count": count})


def _downloads_since_publication(event: AuditEvent) -> tuple[int, int]:
    """The event that made the object public, 0 where that was not lately, and how many downloads came after it."""
    newest = AuditEvent.objects.filter(target_id=event.target_id, id__lte=event.pk).order_by("-id")
    count = 0
    for event_id, action, at in newest.values_list("id", "action", "at")[:LOOKED_BACK]:
        if at < event.at - AFTER_PUBLICATION:
            break
        if action == AuditAction.OBJECT_PUBLISHED:
            return event_id, count
        count = 0 if action == AuditAction.OBJECT_UNPUBLISHED else count + (action == AuditAction.CONTENT_DOWNLOADED)
    return 0, 0


def first_publications(events: list[AuditEvent]) -> Iterator[Anomaly]:
    """An object is public for the first time when it is complete and public at once, in whichever order."""
    actions = (AuditAction.OBJECT_COMPLETED, AuditAction.OBJECT_PUBLISHED)
    for event in events:
        if event.action in actions and _first_public_at(event) == event.pk:
            yield Anomaly(AuditAction.ANOMALY_FIRST_PUBLIC, event.target_id, event.pk)


def _first_public_at(event: AuditEvent) -> int:
    is_public = is_complete = False
    changes = AuditEvent.objects.filter(target_id=event.target_id, action__in=VISIBILITY, id__lte=event.pk)
    for event_id, action, details in changes.order_by("id").values_list("id", "action", "details")[:LOOKED_BACK]:
        is_complete |= action == AuditAction.OBJECT_COMPLETED
        match action:
            case AuditAction.OBJECT_CREATED:
                is_public = bool(details.get("is_public"))
            case AuditAction.OBJECT_PUBLISHED | AuditAction.OBJECT_UNPUBLISHED:
                is_public = action == AuditAction.OBJECT_PUBLISHED
        if is_public and is_complete:
            return int(event_id)
    return 0


def unused_keys(*, before: Moment) -> QuerySet[ApiKey]:
    """Live keys, last used before this moment, of which that was not told since."""
    told = AuditEvent.objects.filter(
        target_id=OuterRef("pk"), action=AuditAction.ANOMALY_KEY_UNUSED, at__gt=OuterRef("used_at")
    )
    keys = live_keys().annotate(used_at=Coalesce("last_used_at", "created_at"))
    just_used = KeyUse.objects.filter(key=OuterRef("pk"))  # which no sweep has written into the key yet
    return keys.filter(~Exists(told), ~Exists(just_used), used_at__lte=before).order_by("pk")


RULES: list[Callable[[list[AuditEvent]], Iterator[Anomaly]]] = [
    keys_from_new_networks,
    not_found_bursts,
    downloads_after_publication,
    first_publications,
]
