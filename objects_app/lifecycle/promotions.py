"""What completions in a bucket leave for later: copies that were given up, and digests of large objects."""

import time
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q, QuerySet

from objects_app import access, clock
from objects_app.errors import StorageUnavailable
from objects_app.lifecycle.objects import found
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept
from objects_app.lifecycle.verification import LONGEST_BATCH_SECONDS
from objects_app.models import Promotion, StoredObject
from objects_app.models.objects import StoredObjectQuerySet, has_unknown_digest
from objects_app.operations import blobs, damage, promotion
from objects_app.storage import BlobNotFound, digest_of, storage_of

GIVEN_UP = "(a copy that was given up)"
ACTOR = access.system_actor("compute_digests")


def ended_promotions(*, before: Moment) -> QuerySet[Promotion]:
    """Those whose process said so, or was expected to have finished by `before`."""
    return Promotion.objects.filter(Q(over=True) | Q(until__lte=before)).order_by("until")


def end_promotions(*, before: Moment, limit: int = BATCH) -> Swept:
    """First no completion may use the copies any more; only then are they deleted."""
    with transaction.atomic():
        batch = list(ended_promotions(before=before).select_for_update(skip_locked=True)[:limit])
        Promotion.objects.filter(pk__in=[each.pk for each in batch]).update(over=True)
    try:
        promotion.end_promotions(batch)
    except blobs.FAILURES as error:
        return Swept(0, 0, more=False, trouble=(f"{len(batch)} copies that were given up stay: {error}",))
    return Swept(len(batch), 0, more=len(batch) == limit)


def find_promotions(before: Moment) -> Iterator[Found]:
    for each in ended_promotions(before=before):
        yield Found(each.blob_key, 0, GIVEN_UP)


def unknown_digests(*, before: Moment) -> StoredObjectQuerySet:
    return StoredObject.objects.filter(has_unknown_digest(), completed_at__lte=before)


def compute_digests(*, before: Moment, limit: int = BATCH) -> Swept:
    """In no order, so that blobs which cannot be read keep no others waiting; the last one is read to its end."""
    rows, size, trouble = 0, 0, []
    stop_at = time.monotonic() + LONGEST_BATCH_SECONDS
    for each in unknown_digests(before=before).order_by("?")[:limit]:
        if line := _compute_digest(each):
            trouble.append(line)
        else:
            rows, size = rows + 1, size + (each.size_bytes or 0)
        if time.monotonic() > stop_at:
            break
    more = bool(rows) and unknown_digests(before=before).exists()
    return Swept(rows, size, more=more, trouble=tuple(trouble))


def _compute_digest(stored_object: StoredObject) -> str:
    """Return what is in the way, as a line for the operator."""
    try:
        digest = digest_of(storage_of(stored_object.blob_key), stored_object.blob_key)
    except BlobNotFound:
        damage.report_damage(stored_object, damage.MISSING, actor=ACTOR)
        return f"{stored_object.pk}: {damage.MISSING}"
    except StorageUnavailable as error:
        return f"{stored_object.pk}: its bytes cannot be read: {error}"
    with transaction.atomic():
        rows = StoredObject.objects.filter(has_unknown_digest(), pk=stored_object.pk, blob_key=stored_object.blob_key)
        rows.update(sha256=digest, verified_at=clock.now())
    return ""


def find_digests(before: Moment) -> Iterator[Found]:
    return found(unknown_digests(before=before))
