"""The audit trail: `record` writes down one fact, inside the transaction of what it tells of."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.db import connection

from objects_app import insertions
from objects_app.access import Actor
from objects_app.models import Account, ApiKey, AuditEvent, Invitation, Membership, StoredObject, User
from objects_app.models.among import AMONG

STORED_OBJECT = "storedobject"
COPIED = {"account_id": "account_id", "target_id": "id", "target_label": "name"}  # from the row of a stored object
Target = StoredObject | ApiKey | Account | User | Membership | Invitation | None


class AuditAction(StrEnum):
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_SUSPENDED = "account.suspended"
    ACCOUNT_RESUMED = "account.resumed"
    ACCOUNT_CHANGED = "account.changed"
    USER_SIGNED_IN = "user.signed_in"
    USER_SIGN_IN_FAILED = "user.sign_in_failed"
    USER_LOCKED_OUT = "user.locked_out"
    USER_SIGNED_OUT = "user.signed_out"
    USER_CHANGED = "user.changed"
    USER_PASSWORD_CHANGED = "user.password_changed"  # noqa: S105  a name
    USER_FACTOR_ADDED = "user.factor_added"
    USER_FACTOR_REMOVED = "user.factor_removed"
    USER_SESSION_ENDED = "user.session_ended"
    USER_RESET_LINK_MADE = "user.reset_link_made"
    USER_CREATED = "user.created"
    USER_RIGHTS_CHANGED = "user.rights_changed"
    MEMBER_INVITED = "member.invited"
    MEMBER_INVITATION_REVOKED = "member.invitation_revoked"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_REMOVED = "member.removed"
    AUDIT_EVENTS_REMOVED = "audit.events_removed"
    AUDIT_DAMAGE_FOUND = "audit.damage_found"
    JOB_ASKED_FOR = "job.asked_for"
    ACTIVITY_EXPORTED = "activity.exported"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    KEY_REFUSED = "key.refused"
    OBJECT_CREATED = "object.created"
    OBJECT_UPLOAD_URL_ISSUED = "object.upload_url_issued"
    OBJECT_UPLOADED = "object.uploaded"
    OBJECT_COMPLETED = "object.completed"
    OBJECT_FAILED = "object.failed"
    OBJECT_VERIFIED = "object.verified"
    OBJECT_CHANGED = "object.changed"
    OBJECT_PUBLISHED = "object.published"
    OBJECT_UNPUBLISHED = "object.unpublished"
    OBJECT_DELETED = "object.deleted"
    OBJECT_EXPIRED = "object.expired"
    OBJECT_NOT_FOUND = "object.not_found"
    OBJECT_REFUSED = "object.refused"
    DOWNLOAD_URL_ISSUED = "object.download_url_issued"
    CONTENT_DOWNLOADED = "object.content_downloaded"
    CONTENT_PREVIEWED = "object.content_previewed"
    PUBLIC_PAGE_OPENED = "object.public_page_opened"
    STAFF_OBJECT_VIEWED = "staff.object_viewed"
    ANOMALY_NEW_NETWORK = "anomaly.key_from_new_network"
    ANOMALY_NOT_FOUND = "anomaly.not_found_burst"
    ANOMALY_DOWNLOADS = "anomaly.downloads_after_publication"
    ANOMALY_KEY_UNUSED = "anomaly.key_unused"
    ANOMALY_FIRST_PUBLIC = "anomaly.object_first_public"


def record(
    action: AuditAction,
    *,
    actor: Actor,
    target: Target = None,
    target_id: str = "",
    result: str = "ok",
    size: int | None = None,
    soon: bool = False,
    **details: Any,
) -> AuditEvent:
    """`target_id` is for a target that may not exist; `size` is in bytes; `details` must fit into JSON.

    The reason that the actor gave is among the details, unless they tell another one. `soon` is for reading, which
    changes nothing that an event could be committed with: nobody waits until the event is on the disk.
    """
    create = insertions.create_soon if soon else insertions.create
    return create(
        AuditEvent,
        account_id=_account_of(target) or actor.account_id,
        target_type=_type_of(target),
        target_id=target.pk if target else target_id,
        target_label=_label_of(target),
        **_fact(action, actor=actor, result=result, size=size, **details),
    )


def _fact(
    action: AuditAction, *, actor: Actor, result: str = "ok", size: int | None = None, **details: Any
) -> dict[str, Any]:
    """An event but for what it is about."""
    return {
        "action": action,
        "result": result,
        "bytes": size,
        "details": _reason_of(actor) | details,
        **columns_of(actor),
    }


def of_stored_object(action: AuditAction, *, actor: Actor, size: int | None = None, **details: Any) -> dict[str, Any]:
    """The columns of the event that `record` would write about a stored object, but for those in COPIED."""
    return {"target_type": STORED_OBJECT, **_fact(action, actor=actor, size=size, **details)}


def record_each(action: AuditAction, *, actor: Actor, object_ids: Sequence[str]) -> None:
    """The same fact of many objects, whose rows the database copies by itself; the events are those of `record`."""
    if not object_ids:
        return
    details = json.dumps(_reason_of(actor))
    same = columns_of(actor) | {"action": action, "target_type": STORED_OBJECT, "result": "ok", "details": details}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO objects_app_auditevent ({", ".join([*same, *COPIED])})
            SELECT {", ".join(["%s"] * len(same))}, {", ".join(COPIED.values())}
            FROM objects_app_storedobject WHERE id {AMONG[connection.vendor]}
            """,  # noqa: S608  names of our own columns and placeholders
            [*same.values(), json.dumps(object_ids)],
        )


def columns_of(actor: Actor) -> dict[str, str | None]:
    return {
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "via": actor.via,
        "address": actor.address,
        "request_id": actor.request_id,
    }


def _reason_of(actor: Actor) -> dict[str, str]:
    return {"reason": actor.reason} if actor.reason else {}


def _type_of(target: Target) -> str:
    """Rows are called by their table, whichever page of the admin they were taken from and however lazily."""
    if target is None:
        return ""
    return STORED_OBJECT if isinstance(target, StoredObject) else str(target._meta.model_name)


def _account_of(target: Target) -> str:
    if isinstance(target, Account):
        return target.pk
    if target is None or isinstance(target, User):
        return ""
    return target.account_id


def _label_of(target: Target) -> str:
    if isinstance(target, User | Invitation):
        return target.email
    if isinstance(target, Membership):
        return target.user.email
    return target.name if target else ""
