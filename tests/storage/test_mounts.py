"""The marker: an empty folder where a disk is not mounted is never taken for a storage."""

import os
from pathlib import Path

import pytest

from objects_app.errors import StorageUnavailable
from objects_app.storage import BlobNotFound
from objects_app.storage.disk import MARKER, DiskStorage
from tests.storage.test_disk import files_in, keep, prepared


@pytest.fixture
def store(tmp_path) -> DiskStorage:
    return prepared(tmp_path / "objects")


@pytest.fixture
def unmounted(store) -> DiskStorage:
    """A storage with a blob, in whose place there is an empty folder now."""
    store.key = keep(store)
    store.folder.rename(store.folder.with_name("elsewhere"))
    store.folder.mkdir()
    return store


def test_a_disk_that_is_not_mounted_has_lost_no_blob(store):
    key = keep(store)
    store.folder.rename(store.folder.with_name("elsewhere"))
    with pytest.raises(StorageUnavailable):
        store.open(key)
    store.folder.with_name("elsewhere").rename(store.folder)
    assert store.open(key).size == 4


def test_a_missing_blob_is_told_from_a_missing_disk(store):
    key = keep(store)
    with pytest.raises(BlobNotFound):
        store.open(key[:2] + "0" * 46)


def test_an_empty_mount_point_has_lost_no_blob(store):
    key = keep(store)
    store.folder.rename(store.folder.with_name("elsewhere"))
    store.folder.mkdir()
    with pytest.raises(StorageUnavailable):
        store.open(key)


def test_a_disk_that_goes_away_amid_a_deletion_has_lost_no_blob(store, monkeypatch):
    key, unlink = keep(store), os.unlink

    def unmounted_first(path):
        store.folder.rename(store.folder.with_name("elsewhere"))
        store.folder.mkdir()
        unlink(path)

    monkeypatch.setattr(os, "unlink", unmounted_first)
    with pytest.raises(StorageUnavailable):
        store.delete([key])


USES = {
    "create": lambda store: store.create(),
    "open": lambda store: store.open(store.key),
    "size_of": lambda store: store.size_of(store.key),
    "delete": lambda store: store.delete([store.key]),
    "free_bytes": lambda store: store.free_bytes(),
    "list_blobs": lambda store: list(store.list_blobs()),
    "list_parts": lambda store: list(store.list_parts()),
}


@pytest.mark.parametrize("use", USES)
def test_without_the_marker_nothing_is_said_or_done(unmounted, use):
    with pytest.raises(StorageUnavailable, match="is its disk mounted"):
        USES[use](unmounted)
    assert not any(unmounted.folder.iterdir())


@pytest.mark.parametrize("use", ["open", "size_of", "free_bytes", "list_blobs", "list_parts", "delete"])
def test_with_its_disk_back_everything_works_again(unmounted, use):
    unmounted.folder.rmdir()
    unmounted.folder.with_name("elsewhere").rename(unmounted.folder)
    USES[use](unmounted)


def test_an_empty_folder_where_objects_should_be_is_refused_and_stays_empty(tmp_path):
    with pytest.raises(StorageUnavailable, match="should hold objects, but is empty: is its disk mounted"):
        DiskStorage(tmp_path).prepare(holds_blobs=True)
    assert not any(tmp_path.iterdir())


def test_a_missing_folder_where_objects_should_be_is_refused_and_not_made(tmp_path):
    with pytest.raises(StorageUnavailable):
        DiskStorage(tmp_path / "objects").prepare(holds_blobs=True)
    assert not (tmp_path / "objects").exists()


def test_a_folder_with_blobs_from_before_the_marker_is_adopted(store):
    key = keep(store)
    (store.folder / MARKER).unlink()
    store.prepare(holds_blobs=True)
    assert store.open(key).size == 4


def test_preparing_again_changes_nothing(store):
    key = keep(store)
    before = {path: path.stat().st_mtime_ns for path in files_in(store)}
    store.prepare(holds_blobs=True)
    assert {path: path.stat().st_mtime_ns for path in files_in(store)} == before
    assert store.open(key).size == 4


def test_the_marker_is_the_operators_alone(store):
    assert (store.folder / MARKER).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    Path(tmp_path / "objects").write_text("not a folder")
    with pytest.raises(StorageUnavailable, match="objects"):
        DiskStorage(tmp_path / "objects").prepare(holds_blobs=False)
