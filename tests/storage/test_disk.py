"""What only the storage on disk has: modes, links, the order of system calls, and failures of each of them."""

import errno
import os
from pathlib import Path

import pytest

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.storage.disk import MARKER, DiskStorage

FIRST_FOLDER = ["mkdir", "open", "fsync", "close"]
BLOB = ["open", "write", "fsync", "rename", "open", "fsync", "close"]


@pytest.fixture
def store(tmp_path) -> DiskStorage:
    return prepared(tmp_path / "objects")


def prepared(folder: Path) -> DiskStorage:
    store = DiskStorage(folder)
    store.prepare(holds_blobs=False)
    return store


def keep(store: DiskStorage) -> str:
    writer = store.create()
    try:
        writer.write([b"body"])
        return writer.commit()
    finally:
        writer.discard()


def files_in(store: DiskStorage) -> list[Path]:
    return [path for path in store.folder.rglob("*") if not path.is_dir() and path.name != MARKER]


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def watch(monkeypatch, *, fail_at: int | None = None, code: int = 0) -> list[str]:
    """Record the system calls that change something; the one numbered `fail_at` is done and then reported as failed."""
    calls: list[str] = []

    def watched(name: str, real):
        def call(*args, **kwargs):
            calls.append(name)
            if len(calls) - 1 != fail_at:
                return real(*args, **kwargs)
            if name in ("close", "fsync"):
                real(*args, **kwargs)
            raise OSError(code, os.strerror(code))

        return call

    for name in set(FIRST_FOLDER + BLOB):
        monkeypatch.setattr(os, name, watched(name, getattr(os, name)))
    return calls


def test_nobody_else_on_the_machine_reads_the_bytes(store):
    path = store._path(keep(store))
    modes = [stat.st_mode & 0o777 for stat in (path.stat(), path.parent.stat(), store.folder.stat())]
    assert modes == [0o600, 0o700, 0o700]


def test_a_part_is_not_readable_for_others_either(store):
    writer = store.create()
    assert [path.stat().st_mode & 0o777 for path in files_in(store)] == [0o600]
    writer.discard()


def test_the_part_goes_with_the_discard(store):
    writer = store.create()
    writer.write([b"half"])
    assert [path.suffix for path in files_in(store)] == [".part"]
    writer.discard()
    assert files_in(store) == []


def test_the_file_is_synced_before_it_is_renamed_and_the_folder_after(store, monkeypatch):
    calls = watch(monkeypatch)
    keep(store)
    assert calls == [*FIRST_FOLDER, *BLOB, "close"]


def test_what_is_synced_is_the_part_and_then_the_folder_that_holds_the_blob(store, monkeypatch):
    synced = []
    real = os.fsync
    keep(store)
    monkeypatch.setattr(store, "_make_folder", lambda folder: folder.mkdir(exist_ok=True))
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())), real(fd)))
    path = store._path(keep(store))
    assert synced == [str(path.with_suffix(".part")), str(path.parent)]


@pytest.mark.parametrize("call", range(len(FIRST_FOLDER + BLOB)))
@pytest.mark.parametrize(
    ("code", "failure"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, StorageUnavailable)],
    ids=["full", "quota", "broken"],
)
def test_a_failing_system_call_is_named_and_leaves_nothing_behind(store, monkeypatch, call, code, failure):
    calls = watch(monkeypatch, fail_at=call, code=code)
    with pytest.raises(failure):
        keep(store)
    assert calls[call] == (FIRST_FOLDER + BLOB)[call]
    assert files_in(store) == []


@pytest.mark.parametrize("call", range(len(FIRST_FOLDER + BLOB)))
def test_the_next_blob_after_a_failure_is_kept(store, monkeypatch, call):
    with monkeypatch.context() as once:
        watch(once, fail_at=call, code=errno.EIO)
        with pytest.raises(StorageUnavailable):
            keep(store)
    assert store.open(keep(store)).size == 4


def test_no_descriptor_stays_open_after_failures(store, monkeypatch):
    stores = [prepared(store.folder.with_name(f"objects-{call}")) for call in range(len(FIRST_FOLDER + BLOB))]
    before = open_descriptors()
    for call in range(len(FIRST_FOLDER + BLOB)):
        with monkeypatch.context() as once:
            watch(once, fail_at=call, code=errno.EIO)
            with pytest.raises(StorageUnavailable):
                keep(stores[call])
    assert open_descriptors() == before


def test_a_short_write_is_carried_on(store, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, block: real(fd, bytes(block)[:1]))
    reader = store.open(keep(store))
    assert reader.read_at(0, 10) == b"body"


def test_a_link_in_place_of_a_blob_is_not_followed(store, tmp_path):
    path = store._path(keep(store))
    (tmp_path / "secret").write_bytes(b"secret")
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(StorageUnavailable):
        store.open(path.name)


@pytest.mark.parametrize("failing", ["unlink", "statvfs", "fstat"])
def test_other_failures_are_named_too(store, monkeypatch, failing):
    def broken(*_args, **_kwargs):
        raise OSError(errno.EIO, "broken")

    key = keep(store)
    act = {"unlink": lambda: store.delete([key]), "statvfs": store.free_bytes, "fstat": lambda: store.open(key)}
    with monkeypatch.context() as once:
        once.setattr(os, failing, broken)
        with pytest.raises(StorageUnavailable):
            act[failing]()


def test_what_the_close_of_a_read_file_reports_is_of_no_use(store, monkeypatch):
    reader = store.open(keep(store))
    watch(monkeypatch, fail_at=0, code=errno.EIO)
    reader.close()


def test_a_deletion_is_synced(store, monkeypatch):
    key = keep(store)
    calls = watch(monkeypatch)
    store.delete([key])
    assert calls == ["open", "fsync", "close"]


def test_deletions_in_several_folders_are_synced_in_each(store, monkeypatch):
    keys = [keep(store) for _ in range(30)]
    calls = watch(monkeypatch)
    store.delete(keys)
    assert calls.count("fsync") == len({key[:2] for key in keys})
    assert files_in(store) == []


def test_what_fails_in_one_of_several_folders_is_named(store, monkeypatch):
    keys = [keep(store) for _ in range(30)]
    watch(monkeypatch, fail_at=5, code=errno.EIO)
    with pytest.raises(StorageUnavailable):
        store.delete(keys)
