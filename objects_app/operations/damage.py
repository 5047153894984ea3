"""The edge from READ_ONLY to ERROR: the bytes of a finished object are not what they were."""

import logging

from django.db import transaction

from objects_app import audit
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.failpoints import fp
from objects_app.models import State, StoredObject

logger = logging.getLogger(__name__)
MISSING = "The stored bytes are missing."
WRONG_LENGTH = "The stored bytes have another length than at completion."
WRONG_DIGEST = "The stored bytes have another SHA-256 than at completion."
STAGED_MISSING = "The uploaded bytes are missing: the upload has to be repeated."


def report_damage(stored_object: StoredObject, reason: str, *, actor: Actor) -> bool:
    """Unless it was deleted just now, the object is in ERROR from now on. Its bytes stay: they may be all there is."""
    fp("damage.before_cas")
    with transaction.atomic():
        rows = StoredObject.objects.filter(pk=stored_object.pk, state=State.READ_ONLY, blob_key=stored_object.blob_key)
        moved = rows.update(state=State.ERROR, error_reason=reason)
        if moved:
            audit.record(AuditAction.OBJECT_FAILED, actor=actor, target=stored_object, result="failed", reason=reason)
        fp("damage.before_commit")
    fp("damage.after_commit")
    if moved:
        logger.error("object %s is damaged: %s", stored_object.pk, reason)
    return bool(moved)


def forget_staged(upload: StoredObject, *, actor: Actor) -> bool:
    """The staged bytes of an upload are gone: it is as if nothing had been uploaded, and it can be uploaded again."""
    with transaction.atomic():
        rows = StoredObject.objects.filter(pk=upload.pk, state=State.UPLOADING, staging_key=upload.staging_key)
        moved = rows.update(staging_key="", staged_size=None, staged_sha256="")
        if moved:
            audit.record(AuditAction.OBJECT_FAILED, actor=actor, target=upload, result="failed", reason=STAGED_MISSING)
    if moved:
        logger.error("upload %s has lost its staged bytes", upload.pk)
    return bool(moved)
