"""What every storage must do, the fake one as well as the real ones."""

import re

import pytest

from objects_app.storage import BlobNotFound
from objects_app.storage.base import new_key

MALFORMED = [
    "",
    ".",
    "..",
    "../secret",
    "/etc/passwd",
    "a" * 47,
    "A" * 48,
    "a" * 48 + "\n",
    "aa/" + "a" * 45,
    "a" * 47 + "\0",
]


def keep(store, *blocks: bytes) -> str:
    writer = store.create()
    writer.write(blocks)
    key = writer.commit()
    writer.release()
    return key


def read(store, key: str) -> bytes:
    reader = store.open(key)
    try:
        return reader.read_at(0, reader.size + 1)
    finally:
        reader.close()


def test_what_was_committed_is_read_back_whole(store):
    assert read(store, keep(store, b"hello ", b"world")) == b"hello world"


def test_an_empty_blob_is_a_blob(store):
    reader = store.open(keep(store))
    assert (reader.size, reader.read_at(0, 10)) == (0, b"")
    reader.close()


def test_many_blocks_in_many_calls_become_one_blob(store):
    writer = store.create()
    for number in range(100):
        writer.write([bytes([number]) * 1000, b"", bytes([number])])
    assert read(store, writer.commit()) == b"".join(bytes([number]) * 1001 for number in range(100))
    writer.release()


def test_the_key_is_random_and_of_one_form(store):
    keys = {keep(store, b"same") for _ in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch(r"(blob/)?[0-9a-f]{48}", key) for key in keys)
    assert all(store.owns(key) for key in keys)


def test_nothing_can_be_read_before_the_commit(store):
    writer = store.create()
    writer.write([b"half"])
    with pytest.raises(BlobNotFound):
        store.open(writer.key)
    assert read(store, writer.commit()) == b"half"
    writer.release()


def test_a_discarded_blob_is_never_there_however_often_it_is_discarded(store):
    writer = store.create()
    writer.write([b"half"])
    writer.discard()
    writer.discard()
    with pytest.raises(BlobNotFound):
        store.open(writer.key)


def test_a_discard_after_the_commit_changes_nothing(store):
    writer = store.create()
    writer.write([b"kept"])
    key = writer.commit()
    writer.discard()
    assert read(store, key) == b"kept"


def test_a_failure_of_who_sends_the_blocks_is_not_one_of_the_storage(store):
    def cut():
        yield b"half"
        raise TimeoutError

    writer = store.create()
    with pytest.raises(TimeoutError):
        writer.write(cut())
    writer.discard()


def test_a_deleted_blob_is_gone_and_its_neighbour_stays(store):
    gone, kept = keep(store, b"gone"), keep(store, b"kept")
    store.delete([gone])
    with pytest.raises(BlobNotFound):
        store.open(gone)
    assert read(store, kept) == b"kept"


def test_deleting_what_is_not_there_is_no_error(store):
    key = keep(store, b"gone")
    store.delete([key, key, new_key(), *MALFORMED])
    store.delete([key])
    with pytest.raises(BlobNotFound):
        store.open(key)


def test_an_unknown_key_is_not_found(store):
    neighbour = keep(store, b"kept")
    with pytest.raises(BlobNotFound):
        store.open(neighbour[:-40] + "0" * 40)


@pytest.mark.parametrize("key", MALFORMED)
def test_a_malformed_key_is_not_found(store, key):
    with pytest.raises(BlobNotFound):
        store.open(key)


def test_a_reader_stays_whole_when_its_blob_is_deleted(store):
    key = keep(store, b"0123456789")
    reader = store.open(key)
    store.delete([key])
    assert (reader.size, reader.read_at(0, 5), reader.read_at(5, 5)) == (10, b"01234", b"56789")
    reader.close()


@pytest.mark.parametrize(
    ("offset", "length", "bytes_read"),
    [(0, 10, b"0123456789"), (3, 4, b"3456"), (9, 1, b"9"), (8, 99, b"89"), (10, 1, b""), (99, 5, b""), (4, 0, b"")],
)
def test_a_range_is_read_up_to_the_end_of_the_blob(store, offset, length, bytes_read):
    reader = store.open(keep(store, b"0123456789"))
    assert reader.read_at(offset, length) == bytes_read
    reader.close()


def test_a_reader_may_be_closed_twice(store):
    reader = store.open(keep(store, b"x"))
    reader.close()
    reader.close()


def test_the_free_space_is_a_number_or_unlimited(store):
    free = store.free_bytes()
    assert free is None or free > 0
