"""The two edges by which an upload ends well or badly, each inside the transaction of its caller."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import F

from objects_app import audit, clock
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.errors import NotUploading
from objects_app.models import State, StoredObject
from objects_app.operations import repeats
from objects_app.operations.repeats import Fingerprint


@dataclass(frozen=True)
class Content:
    """What was uploaded, as the storage measured it. The SHA-256 is empty where it is not known yet."""

    blob_key: str
    size: int
    sha256: str


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
    _leave_uploading(
        upload,
        state=State.READ_ONLY,
        completed_at=clock.now(),
        verified_at=clock.now(),
        was_public=F("is_public"),
        blob_key=content.blob_key,
        size_bytes=content.size,
        sha256=content.sha256,
        staging_key="" if content.blob_key == upload.staging_key else upload.staging_key,
        staged_size=None,
        staged_sha256="",
    )
    repeats.remember(fingerprint, actor=actor, target_id=upload.pk)
    audit.record(AuditAction.OBJECT_COMPLETED, actor=actor, target=upload, size=content.size, sha256=content.sha256)


def fail(upload: StoredObject, reason: str, *, actor: Actor) -> None:
    _leave_uploading(upload, state=State.ERROR, error_reason=reason)
    upload.state = State.ERROR
    audit.record(AuditAction.OBJECT_FAILED, actor=actor, target=upload, result="failed", reason=reason)


def _leave_uploading(upload: StoredObject, **columns: object) -> None:
    if not StoredObject.objects.filter(pk=upload.pk, state=State.UPLOADING, staging_key=upload.staging_key).update(
        **columns
    ):
        raise NotUploading
