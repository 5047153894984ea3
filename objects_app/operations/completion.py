"""The two edges by which an upload ends well or badly, each inside the transaction of its caller."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from objects_app import audit, clock, combined, compiled
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.compiled import Value
from objects_app.errors import NotUploading
from objects_app.models import AuditEvent, IdempotencyRecord, State, StoredObject
from objects_app.models.objects import EVERY_COLUMN, StoredObjectQuerySet, every_object, stored_object_of
from objects_app.operations import repeats
from objects_app.operations.repeats import Fingerprint


@dataclass(frozen=True)
class Content:
    """What was uploaded, as the storage measured it. The SHA-256 is empty where it is not known yet."""

    blob_key: str
    size: int
    sha256: str


def lock_upload(object_id: str) -> StoredObject | None:
    """What can still be uploaded to and completed, until the end of the transaction; None where it cannot any more."""
    row = compiled.first(_locked_upload, object_id=object_id)
    return stored_object_of(row) if row else None


def _locked_upload(*, object_id: str) -> QuerySet[StoredObject, Any]:
    uploads = StoredObject.objects.with_current_state().uploading().select_for_update()
    return uploads.filter(pk=object_id).values_list(*EVERY_COLUMN)


def mismatch(upload: StoredObject, content: Content) -> str:
    """Why the content must not become the object's; empty where nothing speaks against it."""
    if settings.MAX_OBJECT_BYTES and content.size > settings.MAX_OBJECT_BYTES:
        return f"The content has {content.size} bytes; at most {settings.MAX_OBJECT_BYTES} are allowed."
    if upload.declared_size not in (None, content.size):
        return f"The content has {content.size} bytes; {upload.declared_size} were declared."
    if content.sha256 and upload.declared_sha256 not in ("", content.sha256):
        return f"The content's SHA-256 is {content.sha256}; {upload.declared_sha256} was declared."
    return ""


def freeze(upload: StoredObject, content: Content, *, actor: Actor, fingerprint: Fingerprint | None) -> None:
    """What the content was copied from stays named, until a sweep has deleted it."""
    is_copy = content.blob_key != upload.staging_key
    if not compiled.update(_frozen, is_copy, **_values_of(upload, content)):
        raise NotUploading
    repeats.remember(fingerprint, actor=actor, target_id=upload.pk)
    audit.record(AuditAction.OBJECT_COMPLETED, actor=actor, target=upload, size=content.size, sha256=content.sha256)


def freeze_at_once(
    upload: StoredObject, content: Content, *, actor: Actor, fingerprint: Fingerprint | None
) -> StoredObject | None:
    """The same of what was uploaded here, as one statement; the object, or None where it is no such upload any more."""
    fact = audit.of_stored_object(AuditAction.OBJECT_COMPLETED, actor=actor, size=content.size, sha256=content.sha256)
    change = combined.Change(_frozen, False, **_values_of(upload, content))
    change.inserting(AuditEvent, fact, copied=audit.COPIED)
    if fingerprint:
        record = repeats.columns_of(fingerprint, actor=actor, target_id=upload.pk)
        change.inserting(IdempotencyRecord, record, copied={})
    row = change.carry_out(every_object)
    return stored_object_of(row) if row else None


def _values_of(upload: StoredObject, content: Content) -> dict[str, Value]:
    measured: dict[str, Value] = {"blob_key": content.blob_key, "size_bytes": content.size, "sha256": content.sha256}
    return {"object_id": upload.pk, "staging_key": upload.staging_key, **measured}


def _frozen(
    is_copy: bool, *, object_id: str, staging_key: str, **measured: Value
) -> tuple[StoredObjectQuerySet, dict[str, Any]]:
    columns = {
        "state": State.READ_ONLY,
        "completed_at": clock.now(),
        "verified_at": clock.now(),
        "was_public": F("is_public"),
        "staged_size": None,
        "staged_sha256": "",
    }
    emptied = {} if is_copy else {"staging_key": ""}
    return _uploading(object_id, staging_key), columns | measured | emptied


def fail(upload: StoredObject, reason: str, *, actor: Actor) -> None:
    if not _uploading(upload.pk, upload.staging_key).update(state=State.ERROR, error_reason=reason):
        raise NotUploading
    upload.state = State.ERROR
    audit.record(AuditAction.OBJECT_FAILED, actor=actor, target=upload, result="failed", reason=reason)


def _uploading(object_id: str, staging_key: str) -> StoredObjectQuerySet:
    """Whose bytes are still those that were looked at."""
    return StoredObject.objects.uploading().filter(pk=object_id, staging_key=staging_key)
