"""Bytes that are left over: of deleted and failed objects, of uploads that broke off, of blobs that no row names."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from django.db.models import Q

from objects_app.failpoints import fp
from objects_app.lifecycle.objects import bytes_of
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept, moment_of
from objects_app.models import State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet
from objects_app.operations import blobs
from objects_app.storage import BlobEntry, get_storage

NOBODYS = "(no object names it)"
BROKEN_OFF = "(an upload that broke off)"


def bytes_to_purge(*, before: Moment) -> StoredObjectQuerySet:
    """Objects that were deleted, or failed at completion, by `before`, and whose bytes stayed behind.

    What was completed and found damaged later keeps its bytes until somebody deletes it: they may be all that is left.
    """
    left = Q(state__in=[State.DELETED, State.ERROR]) & (~Q(blob_key="") | ~Q(staging_key=""))
    deleted = Q(state=State.DELETED, deleted_at__lte=before)
    failed = Q(state=State.ERROR, completed_at__isnull=True, last_activity_at__lte=before)
    return StoredObject.objects.filter(left, deleted | failed)


def purge_bytes(*, before: Moment, limit: int = BATCH) -> Swept:
    """In no order, so that bytes which cannot be deleted do not keep the others waiting."""
    batch = list(bytes_to_purge(before=before).order_by("?")[:limit])
    purged = blobs.purge(batch)
    return Swept(len(purged), sum(map(bytes_of, purged)), more=len(batch) == limit and bool(purged))


def remove_orphans(*, before: Moment, limit: int = BATCH, after: str = "") -> Swept:
    """Look at up to `limit` blobs from behind the key `after` and delete those that no row names."""
    storage = get_storage()
    seen = list(islice(storage.list_blobs(after=after), limit))
    unnamed = _unnamed(seen, before=before)
    fp("orphans.before_lock")
    gone = [entry for entry in unnamed if storage.delete_orphan(entry.key, is_named=partial(is_named, entry.key))]
    more = len(seen) == limit
    return Swept(len(gone), sum(entry.size for entry in gone), more=more, cursor=seen[-1].key if more else "")


def find_orphans(before: Moment) -> Iterator[Found]:
    blobs_left = get_storage().list_blobs()
    while seen := list(islice(blobs_left, BATCH)):
        for entry in _unnamed(seen, before=before):
            yield Found(entry.key, entry.size, NOBODYS)


def _unnamed(seen: list[BlobEntry], *, before: Moment) -> list[BlobEntry]:
    moment = moment_of(before)
    old = [entry for entry in seen if entry.changed_at <= moment]
    named = named_keys([entry.key for entry in old])
    return [entry for entry in old if entry.key not in named]


def named_keys(keys: list[str]) -> set[str]:
    """Those of the keys that a row names."""
    finished = StoredObject.objects.filter(blob_key__in=keys).exclude(blob_key="").values_list("blob_key", flat=True)
    staged = StoredObject.objects.filter(staging_key__in=keys).exclude(staging_key="")
    return {*finished, *staged.values_list("staging_key", flat=True)}


def is_named(key: str) -> bool:
    return bool(named_keys([key]))


def any_blob_is_named() -> bool:
    return StoredObject.objects.exclude(blob_key="").exists()


def remove_parts(*, before: Moment, limit: int = BATCH) -> Swept:
    """Whoever is still writing his part keeps it, however old it is."""
    storage = get_storage()
    old = list(islice(_parts(before=before), limit))
    gone = [entry for entry in old if storage.delete_part(entry.key)]
    return Swept(len(gone), sum(entry.size for entry in gone), more=len(old) == limit and bool(gone))


def find_parts(before: Moment) -> Iterator[Found]:
    for entry in _parts(before=before):
        yield Found(entry.key, entry.size, BROKEN_OFF)


def _parts(*, before: Moment) -> Iterable[BlobEntry]:
    moment = moment_of(before)
    return (entry for entry in get_storage().list_parts() if entry.changed_at <= moment)
