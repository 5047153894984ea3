"""What every storage tells and does for the sweeps of leftovers."""

from datetime import UTC, datetime, timedelta

import pytest

from objects_app.storage import BlobNotFound
from objects_app.storage.base import new_key
from tests.storage.test_contract import MALFORMED, keep, read


def is_named() -> bool:
    return True


def is_not_named() -> bool:
    return False


def listed(store, **options) -> list[str]:
    return [entry.key for entry in store.list_blobs(**options)]


def begin(store, content: bytes = b"half"):
    """A writer in the middle of its work, and the key of what it writes."""
    writer = store.create()
    writer.write([content])
    return writer, writer.key


def test_an_empty_storage_lists_nothing(store):
    assert (list(store.list_blobs()), list(store.list_parts())) == ([], [])


def test_blobs_are_listed_in_the_order_of_their_keys(store):
    keys = sorted(keep(store) for _ in range(40))
    assert listed(store) == keys


def test_a_listing_goes_on_behind_any_key(store):
    keys = sorted(keep(store) for _ in range(20))
    assert [listed(store, after=key) for key in keys] == [keys[place + 1 :] for place in range(20)]


def test_a_listing_goes_on_behind_a_key_that_is_gone(store):
    first, gone, last = sorted(keep(store) for _ in range(3))
    store.delete([gone])
    assert (listed(store, after=gone), listed(store, after="0"), listed(store, after="g")) == (
        [last],
        [first, last],
        [],
    )


def test_a_blob_is_listed_with_its_size_and_age(store):
    key = keep(store, b"hello")
    [entry] = store.list_blobs()
    assert (entry.key, entry.size) == (key, 5)
    assert abs(entry.changed_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_part_is_listed_apart_from_the_blobs_until_it_becomes_one(locking_store):
    writer, key = begin(locking_store)
    assert ([(entry.key, entry.size) for entry in locking_store.list_parts()], listed(locking_store)) == (
        [(key, 4)],
        [],
    )
    writer.commit()
    assert (list(locking_store.list_parts()), listed(locking_store)) == ([], [key])
    writer.release()


def test_a_discarded_part_is_listed_no_more(store):
    begin(store)[0].discard()
    assert list(store.list_parts()) == []


def test_a_blob_has_a_size_without_being_read(store):
    assert [store.size_of(keep(store, b"a" * size)) for size in (0, 7)] == [0, 7]


@pytest.mark.parametrize("key", ["0" * 48, *MALFORMED])
def test_what_is_not_there_has_no_size(store, key):
    with pytest.raises(BlobNotFound):
        store.size_of(key)


def test_an_orphan_that_nobody_names_goes(store):
    orphan, other = keep(store), keep(store)
    assert store.delete_orphan(orphan, is_named=is_not_named)
    assert listed(store) == [other]


def test_a_blob_that_a_row_names_stays(store):
    key = keep(store, b"kept")
    assert not store.delete_orphan(key, is_named=is_named)
    assert read(store, key) == b"kept"


def test_a_blob_that_waits_for_its_row_stays_until_its_writer_lets_go(locking_store):
    writer, key = begin(locking_store)
    writer.commit()
    assert not locking_store.delete_orphan(key, is_named=is_not_named)
    writer.release()
    assert locking_store.delete_orphan(key, is_named=is_not_named)


def test_the_row_is_asked_only_once_nobody_is_at_work_on_the_blob(locking_store):
    asked = []
    writer, key = begin(locking_store)
    writer.commit()
    locking_store.delete_orphan(key, is_named=lambda: asked.append("too early"))
    assert asked == []
    writer.release()


def test_an_orphan_that_is_gone_was_not_removed_by_this_call(store):
    assert not store.delete_orphan(new_key(), is_named=is_not_named)


def test_a_part_that_is_being_written_stays(store):
    writer, key = begin(store)
    assert not store.delete_part(key)
    assert read(store, writer.commit()) == b"half"
    writer.release()


def test_a_part_that_was_let_go_goes(locking_store):
    writer, key = begin(locking_store)
    writer.release()
    assert [locking_store.delete_part(key) for _ in range(2)] == [True, False]
    assert list(locking_store.list_parts()) == []


def test_removing_parts_leaves_the_blob_of_the_same_key(store):
    key = keep(store, b"kept")
    assert not store.delete_part(key)
    assert read(store, key) == b"kept"


def test_removing_orphans_leaves_the_part_of_the_same_key(locking_store):
    writer, key = begin(locking_store)
    writer.release()
    assert not locking_store.delete_orphan(key, is_named=is_not_named)
    assert [entry.key for entry in locking_store.list_parts()] == [key]
