"""Refusals, which are facts too; floods of them are counted, and told in one event.

The first REFUSALS_RECORDED of one caller, action and minute are events of their own. Each further one adds to a row,
so that processes lose none and double none; once the row is a minute old, a sweep puts an event in its place.
"""

import logging
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from objects_app import access, audit, clock, request_id, shared
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.errors import ObjectNotFound, ObjectsError
from objects_app.models import ApiKey, RefusalFlood
from objects_app.text import cleaned

logger = logging.getLogger(__name__)
MINUTE = 60


def record_refusal(error: ObjectsError, *, actor: Actor, target_id: str) -> None:
    """After the rollback, and the same for an unknown id and a foreign one: the trail is no oracle either."""
    action = AuditAction.OBJECT_NOT_FOUND if isinstance(error, ObjectNotFound) else AuditAction.OBJECT_REFUSED
    _record(action, error, actor=actor, target_id=cleaned(target_id)[:60])


def record_dead_key(key: ApiKey, error: ObjectsError, *, address: str | None) -> None:
    """Somebody shows a key that was revoked, has run out, or is of a suspended account."""
    actor = replace(access.key_actor(key), address=address, request_id=request_id.current.get())
    _record(AuditAction.KEY_REFUSED, error, actor=actor, target=key)


def _record(action: AuditAction, error: ObjectsError, *, actor: Actor, **target: Any) -> None:
    who = f"{actor.kind}:{actor.id or actor.address}:{actor.account_id}:{actor.via}"
    try:
        if shared.count(f"refusals:{who}:{action}", seconds=MINUTE) > settings.REFUSALS_RECORDED:
            _count({"who": who, "action": action, "result": error.code}, actor=actor)
            return
        with transaction.atomic():
            audit.record(action, actor=actor, result=error.code, **target)
    except DatabaseError:
        logger.exception("a refusal could not be recorded")


def _count(flood: dict[str, Any], *, actor: Actor) -> None:
    """One more; where another process begins the row just now, or a sweep ends it, this one looks again."""
    while not _add(flood, actor=actor) and not _begin(flood, actor=actor):
        logger.info("a flood of refusals was begun by another process just now")


def _begin(flood: dict[str, Any], *, actor: Actor) -> bool:
    caller = {name: value for name, value in audit.columns_of(actor).items() if name != "request_id"}
    times = {"first_at": clock.now(), "last_at": clock.now()}
    try:
        with transaction.atomic():
            RefusalFlood.objects.create(**flood, **caller, **times, account_id=actor.account_id, count=1)
    except IntegrityError:
        return False
    return True


def _add(flood: dict[str, Any], *, actor: Actor) -> int:
    with transaction.atomic():
        rows = RefusalFlood.objects.filter(**flood)
        return rows.update(count=F("count") + 1, last_at=clock.now(), address=actor.address)
