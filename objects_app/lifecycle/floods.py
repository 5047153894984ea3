"""Floods of refusals: the event that tells how many there were."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet

from objects_app import audit
from objects_app.access import Actor, Kind, Via
from objects_app.audit import AuditAction
from objects_app.failpoints import fp
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept
from objects_app.models import RefusalFlood


def ended_floods(*, before: Moment) -> QuerySet[RefusalFlood]:
    return RefusalFlood.objects.filter(first_at__lte=before).order_by("first_at")


def sum_up_refusals(*, before: Moment, limit: int = BATCH) -> Swept:
    """Whoever adds to a row at this moment waits for the lock, and finds that it has to begin a new one."""
    with transaction.atomic():
        floods = list(ended_floods(before=before).select_for_update(skip_locked=True)[:limit])
        for flood in floods:
            _record(flood)
        fp("flood.before_delete")
        RefusalFlood.objects.filter(pk__in=[flood.pk for flood in floods]).delete()
    return Swept(sum(flood.count for flood in floods), 0, more=len(floods) == limit)


def _record(flood: RefusalFlood) -> None:
    actor = Actor(
        kind=Kind(flood.actor_kind),
        id=flood.actor_id,
        label=flood.actor_label,
        account_id=flood.account_id,
        via=Via(flood.via),
        address=flood.address,
    )
    audit.record(
        AuditAction(flood.action),
        actor=actor,
        result=flood.result,
        count=flood.count,
        first_at=flood.first_at.isoformat(),
        last_at=flood.last_at.isoformat(),
    )


def find_floods(before: Moment) -> Iterator[Found]:
    for flood in ended_floods(before=before).iterator(chunk_size=BATCH):
        yield Found(flood.who, 0, f"{flood.count} times {flood.action} since {flood.first_at:%H:%M:%S}")
