"""Whether the stored bytes of an object are what they were, and what follows when they are not."""

from django.db import transaction

from objects_app import access, audit, clock
from objects_app.access import Actor
from objects_app.audit import AuditAction
from objects_app.errors import StorageUnavailable, ValidationFailed, WrongState
from objects_app.models import State, StoredObject
from objects_app.operations import damage
from objects_app.operations.damage import MISSING, STAGED_MISSING, WRONG_DIGEST, WRONG_LENGTH
from objects_app.storage import BlobNotFound, digest_of, storage_of

LARGEST_WAITED_FOR = 256 * 1024 * 1024


def verify_now(stored_object: StoredObject, *, actor: Actor) -> str:
    """Read the bytes while somebody waits. Return what is wrong with them; empty where nothing is."""
    access.require_operator(actor)
    if stored_object.current_state != State.READ_ONLY:
        raise WrongState("Only an object that is READ_ONLY has bytes that can be verified.")
    if (stored_object.size_bytes or 0) > LARGEST_WAITED_FOR:
        raise ValidationFailed("Too large to be read while you wait: run manage.py fsck.")
    finding = wrong_digest(stored_object)
    with transaction.atomic():
        if not finding:
            note_sound(stored_object)
        result = "failed" if finding else "ok"
        audit.record(
            AuditAction.OBJECT_VERIFIED, actor=actor, target=stored_object, result=result, size=stored_object.size_bytes
        )
    act_on(finding, stored_object, actor=actor)
    return finding


def is_as_it_was(stored_object: StoredObject) -> bool:
    """Whether the row still says what it said: it may have been deleted, or uploaded anew, since it was read."""
    same = {name: getattr(stored_object, name) for name in ("pk", "state", "blob_key", "staging_key")}
    return StoredObject.objects.filter(**same).exists()


def act_on(reason: str, stored_object: StoredObject, *, actor: Actor) -> str:
    """Return what was found as a line for the operator; nothing is said of sound objects and of those deleted now."""
    if reason in (MISSING, WRONG_LENGTH, WRONG_DIGEST):
        changed = damage.report_damage(stored_object, reason, actor=actor)
    elif reason == STAGED_MISSING:
        changed = damage.forget_staged(stored_object, actor=actor)
    else:
        changed = bool(reason)
    return f"{stored_object.pk}: {reason}" if changed else ""


def wrong_length(stored_object: StoredObject) -> str:
    """What is wrong with the length of the stored bytes; empty where nothing is."""
    is_staged = stored_object.state == State.UPLOADING
    key = stored_object.staging_key if is_staged else stored_object.blob_key
    expected = stored_object.staged_size if is_staged else stored_object.size_bytes
    try:
        size = storage_of(key).size_of(key)
    except BlobNotFound:
        return STAGED_MISSING if is_staged else MISSING
    except StorageUnavailable as error:
        return f"The stored bytes cannot be reached: {error}"
    if size == expected:
        return ""
    return STAGED_MISSING if is_staged else WRONG_LENGTH


def wrong_digest(stored_object: StoredObject) -> str:
    """What is wrong with the stored bytes, all of which are read; empty where nothing is."""
    reason = wrong_length(stored_object)
    if reason or stored_object.state != State.READ_ONLY:
        return reason
    try:
        digest = digest_of(storage_of(stored_object.blob_key), stored_object.blob_key)
    except BlobNotFound:
        return MISSING
    except StorageUnavailable as error:
        return f"The stored bytes cannot be read: {error}"
    return "" if stored_object.sha256 in ("", digest) else WRONG_DIGEST


def note_sound(stored_object: StoredObject) -> None:
    with transaction.atomic():
        rows = StoredObject.objects.filter(pk=stored_object.pk, state=State.READ_ONLY)
        rows.update(verified_at=clock.now())
