"""The audit trail: `record` writes down one fact, inside the transaction of what it tells of."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from objects_app.access import Actor
from objects_app.models import Account, ApiKey, AuditEvent, StoredObject

Target = StoredObject | ApiKey | Account | None


class AuditAction(StrEnum):
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_SUSPENDED = "account.suspended"
    ACCOUNT_RESUMED = "account.resumed"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    OBJECT_CREATED = "object.created"
    OBJECT_UPLOAD_URL_ISSUED = "object.upload_url_issued"
    OBJECT_UPLOADED = "object.uploaded"
    OBJECT_COMPLETED = "object.completed"
    OBJECT_FAILED = "object.failed"
    OBJECT_CHANGED = "object.changed"
    OBJECT_PUBLISHED = "object.published"
    OBJECT_UNPUBLISHED = "object.unpublished"
    OBJECT_DELETED = "object.deleted"
    OBJECT_EXPIRED = "object.expired"
    OBJECT_NOT_FOUND = "object.not_found"
    OBJECT_REFUSED = "object.refused"
    DOWNLOAD_URL_ISSUED = "object.download_url_issued"
    CONTENT_DOWNLOADED = "object.content_downloaded"


def record(
    action: AuditAction,
    *,
    actor: Actor,
    target: Target = None,
    target_id: str = "",
    result: str = "ok",
    size: int | None = None,
    **details: Any,
) -> AuditEvent:
    """`target_id` is for a target that may not exist; `size` is in bytes; `details` must fit into JSON."""
    event = _event(action, actor, target, result=result, bytes=size, details=details)
    event.target_id = event.target_id or target_id
    event.save(force_insert=True)
    return event


def record_each(action: AuditAction, *, actor: Actor, targets: Sequence[Target]) -> None:
    """The same fact of many targets, in one statement."""
    AuditEvent.objects.bulk_create(_event(action, actor, target) for target in targets)


def _event(action: AuditAction, actor: Actor, target: Target, **columns: Any) -> AuditEvent:
    return AuditEvent(
        account_id=_account_of(target) or actor.account_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        via=actor.via,
        action=action,
        target_type=type(target).__name__.lower() if target else "",
        target_id=target.pk if target else "",
        target_label=target.name if target else "",
        address=actor.address,
        request_id=actor.request_id,
        **columns,
    )


def _account_of(target: Target) -> str:
    if isinstance(target, Account):
        return target.pk
    return target.account_id if target else ""
