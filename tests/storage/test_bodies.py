"""Bodies that the front server wrote: taken over as they are, where they lie in its folder and are plain files."""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.storage import BlobNotFound
from objects_app.storage.disk import MARKER, DiskStorage
from objects_app.storage.disk_files import BodyFile

STEPS = ["fsync", "rename", "open", "fsync", "close"]


@pytest.fixture
def store(tmp_path) -> DiskStorage:
    (tmp_path / "bodies").mkdir()
    store = DiskStorage(tmp_path / "objects", bodies=tmp_path / "bodies")
    store.prepare(holds_blobs=False)
    return store


@pytest.fixture
def body(store) -> Path:
    path = store.bodies / "0000000007"
    path.write_bytes(b"hello")
    return path


def files_in(store: DiskStorage) -> list[Path]:
    found = [*store.folder.rglob("*"), *store.bodies.rglob("*")]
    return [path for path in found if not path.is_dir() and path.name != MARKER]


@contextmanager
def adopted(store: DiskStorage, body: Path) -> Iterator[BodyFile]:
    file = store.adopt(str(body))
    try:
        yield file
    finally:
        file.release()


def test_a_body_becomes_a_blob_without_being_written_again(store, body):
    number = body.stat().st_ino
    with adopted(store, body) as file:
        key = file.commit()
    with closing(store.open(key)) as reader:
        assert reader.read_at(0, 10) == b"hello"
    assert [path.stat().st_ino for path in files_in(store)] == [number]


def test_size_and_digest_are_those_of_the_body(store, body):
    with adopted(store, body) as file:
        assert (file.size, file.digest()) == (5, hashlib.sha256(b"hello").hexdigest())


@pytest.mark.parametrize(
    "name", ["../objects/0000000007", "sub/0000000007", "./x/../0000000007", "notes", "", "00000000071"]
)
def test_a_name_that_is_none_of_the_front_servers_is_not_found(store, body, name):
    outside = store.folder / "0000000007"
    outside.write_bytes(b"of somebody else")
    with pytest.raises(BlobNotFound):
        store.adopt(f"{store.bodies}/{name}" if name else str(outside))
    assert sorted(files_in(store)) == sorted([outside, body])


def test_without_a_folder_of_bodies_there_are_none(tmp_path, body):
    with pytest.raises(BlobNotFound):
        DiskStorage(tmp_path / "objects").adopt(str(body))


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/etc/passwd"), Path.mkdir, os.mkfifo])
def test_what_is_no_regular_file_is_not_taken(store, make):
    make(store.bodies / "0000000008")
    with pytest.raises(StorageUnavailable):
        store.adopt(str(store.bodies / "0000000008"))
    assert not [path for path in store.folder.rglob("*") if path.is_file() and path.name != MARKER]


def test_a_body_that_is_discarded_is_gone(store, body):
    store.adopt(str(body)).discard()
    assert files_in(store) == []


def test_a_body_that_was_removed_meanwhile_does_not_become_the_next_one_of_its_name(store, body):
    with adopted(store, body) as file:
        body.unlink()
        body.write_bytes(b"of somebody else")
        with pytest.raises(StorageUnavailable):
            file.commit()
    assert body.read_bytes() == b"of somebody else"


def test_nobody_takes_the_same_body_twice(store, body):
    with adopted(store, body) as file:
        file.commit()
        with pytest.raises(StorageUnavailable):
            store.adopt(str(body))


@pytest.mark.parametrize("step", range(len(STEPS)))
@pytest.mark.parametrize("reason", [(errno.ENOSPC, StorageFull), (errno.EIO, StorageUnavailable)])
def test_a_failing_step_is_named_and_leaves_nothing_behind(store, body, monkeypatch, step, reason):
    code, failure = reason
    file = store.adopt(str(body))
    calls = watch(monkeypatch, fail_at=step, code=code)
    with pytest.raises(failure):
        file.commit()
    file.discard()
    assert calls[: len(STEPS)][step] == STEPS[step]
    assert files_in(store) == []


def watch(monkeypatch, *, fail_at: int, code: int) -> list[str]:
    calls: list[str] = []

    def watched(name, real):
        def call(*args, **kwargs):
            calls.append(name)
            if len(calls) - 1 == fail_at:
                raise OSError(code, os.strerror(code))
            return real(*args, **kwargs)

        return call

    for name in set(STEPS):
        monkeypatch.setattr(os, name, watched(name, getattr(os, name)))
    return calls


def test_a_body_is_listed_among_the_parts_and_can_be_removed(store, body):
    assert [(entry.key, entry.size) for entry in store.list_parts()] == [(body.name, 5)]
    assert store.delete_part(body.name)
    assert files_in(store) == []


def test_a_body_that_is_being_taken_over_is_not_removed(store, body):
    with adopted(store, body) as file:
        assert not store.delete_part(body.name)
        assert file.commit()


def test_what_else_lies_in_the_folder_of_bodies_stays(store):
    (store.bodies / "notes.txt").write_text("mine")
    (store.bodies / "0000000009").symlink_to("notes.txt")
    assert list(store.list_parts()) == []
    assert list(store.list_blobs()) == []


def test_a_folder_of_bodies_that_is_not_there_yet_is_empty(tmp_path, store):
    store.bodies.rmdir()
    assert list(store.list_parts()) == []


def test_a_body_that_a_sweep_removes_at_this_moment_is_not_taken(store, body, monkeypatch):
    real = fcntl.flock

    def too_late(descriptor, how):
        body.unlink()
        return real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", too_late)
    with pytest.raises(StorageUnavailable):
        store.adopt(str(body))
