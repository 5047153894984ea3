"""What tests ask after a verb, and the failures they put into one."""

from django.db import DatabaseError

from objects_app.errors import StorageUnavailable
from objects_app.models import AuditEvent, StoredObject


def row(stored_object: StoredObject) -> StoredObject:
    return StoredObject.objects.with_current_state().get(pk=stored_object.pk)


def actions_on(target) -> list[str]:
    return list(AuditEvent.objects.filter(target_id=target.pk).order_by("id").values_list("action", flat=True))


def database_fails(*args, **kwargs):
    raise DatabaseError


def storage_fails(*args, **kwargs):
    raise StorageUnavailable
