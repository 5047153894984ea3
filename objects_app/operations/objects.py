"""Objects: create, change, publish, unpublish, delete."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from objects_app import access, audit, clock, combined, compiled, insertions, lookup
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.errors import WrongState
from objects_app.failpoints import fp
from objects_app.models import AuditEvent, IdempotencyRecord, MetadataPair, State, StoredObject
from objects_app.models.objects import (
    EVERY_COLUMN,
    StoredObjectQuerySet,
    fold,
    is_not_due,
    new_object_id,
    stored_object_of,
)
from objects_app.operations import repeats, uploads
from objects_app.operations.repeats import Fingerprint, RepeatedRequest, once
from objects_app.operations.tombstones import bury, bury_at_once
from objects_app.operations.uploads import Upload

CHANGEABLE = [State.UPLOADING, State.READ_ONLY]
NOT_CHANGEABLE = "Only an object that is UPLOADING or READ_ONLY can be changed."


@dataclass(frozen=True)
class NewObject:
    """What a client says of an object. `time_to_live` counts from creation; declarations are checked at completion."""

    name: str
    content_type: str
    is_public: bool = False
    metadata: dict[str, str] = field(default_factory=dict)
    time_to_live: timedelta | None = None
    declared_size: int | None = None
    declared_sha256: str = ""


def create_object(new: NewObject, *, actor: Actor, fingerprint: Fingerprint | None = None) -> Upload:
    """The UPLOADING object and its upload URL; a repeat of the same request gets the first object as it is now."""
    access.require_scope(actor, Verb.WRITE)
    columns = _columns_of_new(new_object_id(), new, actor=actor)
    try:
        made = _create_at_once(columns, actor=actor, fingerprint=fingerprint)
        stored_object, grant = made or _create(columns, actor=actor, fingerprint=fingerprint)
    except RepeatedRequest as repeat:
        return uploads.repeat_upload(repeat.target_id, actor=actor)
    fp("create.after_commit")
    stored_object.seen_at, stored_object.current_state = stored_object.created_at, State.UPLOADING
    return uploads.sign_upload(stored_object, grant=grant)


def _columns_of_new(object_id: str, new: NewObject, *, actor: Actor) -> dict[str, Any]:
    return {
        "id": object_id,
        "account_id": actor.account_id,
        "name": new.name,
        "folded_name": fold(new.name),
        "content_type": new.content_type,
        "is_public": new.is_public,
        "metadata": new.metadata,
        "created_by": actor.label,
        "created_at": clock.now(),
        "last_activity_at": clock.now(),
        "delete_after": clock.after(new.time_to_live) if new.time_to_live else None,
        "declared_size": new.declared_size,
        "declared_sha256": new.declared_sha256,
        "staging_key": uploads.new_staging_key(object_id),
    }


def _create_at_once(
    columns: dict[str, Any], *, actor: Actor, fingerprint: Fingerprint | None
) -> tuple[StoredObject, int] | None:
    """None where that is not possible, for a repeat, and for metadata, which is in rows of its own."""
    if not combined.is_possible() or columns["metadata"]:
        return None
    event = audit.of_stored_object(AuditAction.OBJECT_CREATED, actor=actor, is_public=columns["is_public"])
    event = event | {name: columns[copied] for name, copied in audit.COPIED.items()}
    record = repeats.columns_of(fingerprint, actor=actor, target_id=columns["id"]) if fingerprint else None
    return combined.create(
        StoredObject,
        columns,
        beside=(AuditEvent, event),
        once=(IdempotencyRecord, record) if record else None,
    )


def _create(columns: dict[str, Any], *, actor: Actor, fingerprint: Fingerprint | None) -> tuple[StoredObject, int]:
    with once(fingerprint, actor=actor, target_id=columns["id"]):
        stored_object = insertions.create(StoredObject, **columns)
        _index_metadata(stored_object, columns["metadata"])
        is_public = stored_object.is_public
        event = audit.record(AuditAction.OBJECT_CREATED, actor=actor, target=stored_object, is_public=is_public)
        fp("create.before_commit")
    return stored_object, event.pk


def _index_metadata(stored_object: StoredObject, metadata: dict[str, str]) -> None:
    if not metadata:
        return
    MetadataPair.objects.bulk_create(
        MetadataPair(stored_object=stored_object, account_id=stored_object.account_id, key=key, value=value)
        for key, value in metadata.items()
    )


@dataclass(frozen=True)
class ObjectChanges:
    """The fields to change; None leaves one as it is. With `limits_life`, no `time_to_live` lifts the limit."""

    is_public: bool | None = None
    name: str | None = None
    metadata: dict[str, str] | None = None
    limits_life: bool = False
    time_to_live: timedelta | None = None


def change_object(
    stored_object: StoredObject, changes: ObjectChanges, *, actor: Actor, fingerprint: Fingerprint | None = None
) -> StoredObject:
    """Carry out all changes or none. Content never changes."""
    access.require(actor, Verb.WRITE, stored_object)
    fp("change.before_lock")
    try:
        with once(fingerprint, actor=actor, target_id=stored_object.pk):
            _change_labels(stored_object, changes, actor=actor)
            if changes.is_public is not None:
                (publish if changes.is_public else unpublish)(stored_object, actor=actor)
            fp("change.before_commit")
    except RepeatedRequest:
        pass
    fp("change.after_commit")
    return lookup.visible_object(actor, stored_object.pk)


def _change_labels(stored_object: StoredObject, changes: ObjectChanges, *, actor: Actor) -> None:
    columns = _columns_of(changes)
    if not _changeable(stored_object).update(**columns or {"state": F("state")}):
        raise WrongState(NOT_CHANGEABLE)
    if changes.metadata is not None:
        stored_object.metadata_pairs.all().delete()
        _index_metadata(stored_object, changes.metadata)
    if columns:
        fields = sorted(columns.keys() - {"folded_name"})
        audit.record(AuditAction.OBJECT_CHANGED, actor=actor, target=stored_object, fields=fields)


def _columns_of(changes: ObjectChanges) -> dict[str, Any]:
    """What to write for all changes but the visibility, which has verbs of its own."""
    columns: dict[str, Any] = {}
    if changes.name is not None:
        columns |= {"name": changes.name, "folded_name": fold(changes.name)}
    if changes.metadata is not None:
        columns["metadata"] = changes.metadata
    if changes.limits_life:
        columns["delete_after"] = clock.after(changes.time_to_live) if changes.time_to_live else None
    return columns


def publish(stored_object: StoredObject, *, actor: Actor) -> bool:
    """Let every key holder read the object. Return False where it was public already."""
    access.require(actor, Verb.WRITE, stored_object)
    with transaction.atomic():
        changed = _set_visibility(stored_object, is_public=True)
        if changed:
            StoredObject.objects.filter(pk=stored_object.pk, state=State.READ_ONLY).update(was_public=True)
            audit.record(AuditAction.OBJECT_PUBLISHED, actor=actor, target=stored_object)
    return changed


def unpublish(stored_object: StoredObject, *, actor: Actor) -> bool:
    """Let only its account read the object; download URLs of others die now. Return False where it was private."""
    access.require(actor, Verb.WRITE, stored_object)
    with transaction.atomic():
        changed = _set_visibility(stored_object, is_public=False)
        if changed:
            audit.record(AuditAction.OBJECT_UNPUBLISHED, actor=actor, target=stored_object)
    return changed


def _set_visibility(stored_object: StoredObject, *, is_public: bool) -> bool:
    epoch = F("visibility_epoch") if is_public else F("visibility_epoch") + 1
    rows = _changeable(stored_object)
    if rows.exclude(is_public=is_public).update(is_public=is_public, visibility_epoch=epoch):
        return True
    if not rows.exists():
        raise WrongState(NOT_CHANGEABLE)
    return False


def _changeable(stored_object: StoredObject) -> StoredObjectQuerySet:
    return StoredObject.objects.filter(is_not_due(), pk=stored_object.pk, state__in=CHANGEABLE)


def delete_object(stored_object: StoredObject, *, actor: Actor) -> StoredObject:
    """Delete for good, in every state and as often as asked: the row becomes a tombstone, then the bytes go."""
    access.require(actor, Verb.WRITE, stored_object)
    at_once = combined.is_possible() and not stored_object.metadata
    if at_once and (tombstone := bury_at_once(stored_object.pk, actor=actor)):
        return tombstone
    bury(_lock_living(stored_object.pk), actor=actor, action=AuditAction.OBJECT_DELETED)
    return lookup.visible_object(actor, stored_object.pk)


def _lock_living(object_id: str) -> Iterator[StoredObject]:
    yield from map(stored_object_of, compiled.rows(_living_row, object_id=object_id))


def _living_row(*, object_id: str) -> QuerySet[StoredObject, Any]:
    living = StoredObject.objects.with_current_state().filter(pk=object_id).exclude(state=State.DELETED)
    return living.select_for_update().values_list(*EVERY_COLUMN)
