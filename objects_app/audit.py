"""The audit trail: `record` writes down one fact, inside the transaction of what it tells of."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.db import connection

from objects_app.access import Actor
from objects_app.models import Account, ApiKey, AuditEvent, StoredObject

Target = StoredObject | ApiKey | Account | None


class AuditAction(StrEnum):
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_SUSPENDED = "account.suspended"
    ACCOUNT_RESUMED = "account.resumed"
    ACTIVITY_EXPORTED = "activity.exported"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
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
    return AuditEvent.objects.create(
        account_id=_account_of(target) or actor.account_id,
        action=action,
        target_type=type(target).__name__.lower() if target else "",
        target_id=target.pk if target else target_id,
        target_label=target.name if target else "",
        result=result,
        bytes=size,
        details=details,
        **_columns_of(actor),
    )


def record_each(action: AuditAction, *, actor: Actor, object_ids: Sequence[str]) -> None:
    """The same fact of many objects, whose rows the database copies by itself; the events are those of `record`."""
    if not object_ids:
        return
    same = _columns_of(actor) | {"action": action, "target_type": "storedobject", "result": "ok", "details": "{}"}
    copied = {"account_id": "account_id", "target_id": "id", "target_label": "name"}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO objects_app_auditevent ({", ".join([*same, *copied])})
            SELECT {", ".join(["%s"] * len(same))}, {", ".join(copied.values())}
            FROM objects_app_storedobject WHERE id IN ({", ".join(["%s"] * len(object_ids))})
            """,  # noqa: S608  names of our own columns and placeholders
            [*same.values(), *object_ids],
        )


def _columns_of(actor: Actor) -> dict[str, str | None]:
    return {
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "via": actor.via,
        "address": actor.address,
        "request_id": actor.request_id,
    }


def _account_of(target: Target) -> str:
    if isinstance(target, Account):
        return target.pk
    return target.account_id if target else ""
