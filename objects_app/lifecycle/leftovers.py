"""Bytes that are left over: of deleted and failed objects, of uploads that broke off, of blobs that no row names."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, dropwhile, islice

from django.db.models import Q, QuerySet

from objects_app.failpoints import fp
from objects_app.lifecycle.objects import bytes_of
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept, moment_of
from objects_app.models import Promotion, State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet, has_bytes_to_purge, is_in_bucket
from objects_app.operations import blobs, moves
from objects_app.storage import BlobEntry, storage_of, storages

PURGED_AT_ONCE = 1000  # as many as a store deletes in one call
NOBODYS = "(no object names it)"
BROKEN_OFF = "(an upload that broke off)"


def bytes_to_purge(*, before: Moment) -> StoredObjectQuerySet:
    """Objects that were deleted, or failed at completion, by `before`, and whose bytes stayed behind; and those
    completed by then that still name what they were copied from and nobody reads any more.

    What was completed and found damaged later keeps its bytes until somebody deletes it: they may be all that is left.
    """
    deleted = Q(state=State.DELETED, deleted_at__lte=before)
    failed = Q(state=State.ERROR, completed_at__isnull=True, last_activity_at__lte=before)
    copied = Q(state=State.READ_ONLY, completed_at__lte=before) & ~moves.keeps_earlier_blob()
    return StoredObject.objects.filter(has_bytes_to_purge(), deleted | failed | copied)


def purge_bytes(*, before: Moment, limit: int = PURGED_AT_ONCE) -> Swept:
    """In no order, so that bytes which cannot be deleted do not keep the others waiting."""
    batch = list(bytes_to_purge(before=before).order_by("?")[:limit])
    purged = blobs.purge(batch)
    gone = {each.pk for each in purged}
    left = [f"{each.pk}: its bytes cannot be deleted" for each in batch if each.pk not in gone]
    more = len(batch) == limit and bool(purged)
    return Swept(len(purged), sum(map(bytes_of, purged)), more=more, trouble=tuple(left))


def remove_orphans(*, before: Moment, limit: int = BATCH, after: str = "") -> Swept:
    """Look at a batch of blobs from behind the key `after` and delete up to `limit` of those that no row names."""
    seen = list(islice(_stored_blobs(after=after), BATCH))
    unnamed = _unnamed(seen, before=before)[:limit]
    fp("orphans.before_lock")
    removal = Removal(lambda key: storage_of(key).delete_orphan(key, is_named=partial(is_named, key)))
    gone = list(filter(removal, unnamed))
    reached = unnamed[-1:] if len(unnamed) == limit else seen[BATCH - 1 :]
    cursor = reached[0].key if reached else ""
    return Swept(len(gone), _bytes_in(gone), more=bool(reached), cursor=cursor, trouble=tuple(removal.trouble))


def _stored_blobs(*, after: str = "") -> Iterator[BlobEntry]:
    """What each storage holds, one storage after the other, from behind the key `after`."""
    left = sorted(storages(), key=lambda storage: storage.is_bucket)
    for storage in dropwhile(lambda storage: after and not storage.owns(after), left):
        yield from storage.list_blobs(after=after if storage.owns(after) else "")


def find_orphans(before: Moment) -> Iterator[Found]:
    blobs_left = _stored_blobs()
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
    return set(keys_in_rows(keys))


def keys_in_rows(keys: list[str]) -> QuerySet[StoredObject, str]:
    """In one statement, so that no completion moves a key from column to column between two looks."""
    staged = StoredObject.objects.filter(staging_key__in=keys).exclude(staging_key="")
    finished = StoredObject.objects.filter(blob_key__in=keys).exclude(blob_key="")
    copied = Promotion.objects.filter(blob_key__in=keys).values_list("blob_key", flat=True)
    return staged.values_list("staging_key", flat=True).union(finished.values_list("blob_key", flat=True), copied)


def is_named(key: str) -> bool:
    return bool(named_keys([key]))


def any_blob_is_named(*, in_bucket: bool) -> bool:
    """Whether rows name a blob that must be there, in the bucket or in the folder of objects."""
    return any(_names_one(column, in_bucket=in_bucket) for column in ("blob_key", "staging_key"))


def _names_one(column: str, *, in_bucket: bool) -> bool:
    rows = StoredObject.objects.exclude(**{column: ""})
    if column == "staging_key":  # clients may not have sent anything yet
        rows = rows.filter(staged_size__isnull=False)
    of_bucket = is_in_bucket(column)
    return rows.filter(of_bucket if in_bucket else ~of_bucket).exists()


def remove_parts(*, before: Moment, limit: int = BATCH) -> Swept:
    """Whoever is still writing his part keeps it, however old it is."""
    removal = Removal(lambda key: storage_of(key).delete_part(key))
    gone = list(islice(filter(removal, _parts(before=before)), limit))
    return Swept(len(gone), _bytes_in(gone), more=len(gone) == limit, trouble=tuple(removal.trouble))


class Removal:
    """Tells whether it removed an entry. One that the storage cannot remove is trouble, and keeps no other waiting."""

    def __init__(self, remove: Callable[[str], bool]) -> None:
        self.remove = remove
        self.trouble: list[str] = []

    def __call__(self, entry: BlobEntry) -> bool:
        try:
            return self.remove(entry.key)
        except blobs.FAILURES as error:
            self.trouble.append(f"{entry.key} cannot be removed: {error}")
            return False


def _bytes_in(entries: list[BlobEntry]) -> int:
    return sum(entry.size for entry in entries)


def find_parts(before: Moment) -> Iterator[Found]:
    for entry in _parts(before=before):
        yield Found(entry.key, entry.size, BROKEN_OFF)


def _parts(*, before: Moment) -> Iterable[BlobEntry]:
    moment = moment_of(before)
    parts = chain.from_iterable(storage.list_parts() for storage in storages())
    return (entry for entry in parts if entry.changed_at <= moment)
