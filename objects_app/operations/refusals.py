"""Refusals, which are facts too."""

import logging

from django.db import DatabaseError, transaction

from objects_app import audit
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.errors import ObjectNotFound, ObjectsError
from objects_app.text import cleaned

logger = logging.getLogger(__name__)


def record_refusal(error: ObjectsError, *, actor: Actor, target_id: str) -> None:
    """After the rollback, and the same for an unknown id and a foreign one: the trail is no oracle either."""
    action = AuditAction.OBJECT_NOT_FOUND if isinstance(error, ObjectNotFound) else AuditAction.OBJECT_REFUSED
    try:
        with transaction.atomic():
            audit.record(action, actor=actor, target_id=cleaned(target_id)[:60], result=error.code)
    except DatabaseError:
        logger.exception("a refusal could not be recorded")
