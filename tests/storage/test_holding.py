"""Who is at work on a file of the disk holds it, until he lets go or dies; and what is none of ours is left alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from objects_app import failpoints
from objects_app.errors import StorageUnavailable
from objects_app.storage.disk import DiskStorage
from tests import live
from tests.storage.test_disk import files_in, keep, open_descriptors, prepared
from tests.storage.test_sweeping import is_not_named

WRITER = """
import sys
from pathlib import Path
from objects_app.storage.disk import DiskStorage

writer = DiskStorage(Path(sys.argv[1])).create()
writer.write([b"half"])
if sys.argv[2] == "blob":
    writer.commit()
print(writer.key, flush=True)
sys.stdin.read()
"""
KEY = "ab" + "c" * 46


@pytest.fixture
def store(tmp_path) -> DiskStorage:
    return prepared(tmp_path / "objects")


@pytest.fixture
def start_writer(store):
    """`start_writer("part")` is a process that stands still in the middle of its work, and the key it works on."""
    started = []

    def start_writer(how_far: str) -> tuple[subprocess.Popen, str]:
        command = [sys.executable, "-c", WRITER, str(store.folder), how_far]
        writer = subprocess.Popen(command, cwd=live.ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(writer)
        return writer, writer.stdout.readline().strip()

    yield start_writer
    for writer in started:
        writer.kill()
        writer.communicate()


def remove(store, how_far: str, key: str) -> bool:
    return store.delete_part(key) if how_far == "part" else store.delete_orphan(key, is_named=is_not_named)


@pytest.mark.parametrize("how_far", ["part", "blob"])
def test_what_another_process_is_at_work_on_stays_until_the_process_is_killed(store, start_writer, how_far):
    writer, key = start_writer(how_far)
    assert not remove(store, how_far, key)
    assert len(files_in(store)) == 1
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert remove(store, how_far, key)
    assert files_in(store) == []


def test_a_part_that_a_sweep_removed_before_it_was_held_is_a_failure_of_the_storage(store, monkeypatch):
    real = os.open

    def open_and_lose(path, flags, *mode, **options):
        descriptor = real(path, flags, *mode, **options)
        if str(path).endswith(".part"):
            Path(path).unlink()
        return descriptor

    before = open_descriptors()
    monkeypatch.setattr(os, "open", open_and_lose)
    with pytest.raises(StorageUnavailable, match="removed meanwhile"):
        store.create()
    assert (files_in(store), open_descriptors()) == ([], before)


def test_a_removal_syncs_the_folder_and_leaves_nothing_open(store, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink()))
    key, before = keep(store), open_descriptors()
    synced.clear()
    assert remove(store, "blob", key)
    assert (synced, open_descriptors()) == ([store.folder / key[:2]], before)


def test_a_blob_that_goes_while_it_is_looked_at_was_not_removed_by_this_call(store, monkeypatch):
    key = keep(store)
    monkeypatch.setattr(failpoints, "hook", lambda _point: store.delete([key]))
    assert not remove(store, "blob", key)


def foreign_files(store) -> list[Path]:
    """What an operator, an editor or a file system may put into the folder."""
    kept, folder = keep(store), store.folder
    for place in ("ab", "abc", "lost+found", f"ab/{'d' * 48}"):
        (folder / place).mkdir(exist_ok=True)
    unused = next(name for name in ("ef", "fe") if name != kept[:2])
    (folder / unused).write_text("a file where a folder would be")
    for place in ("README.txt", "ab/notes", "abc/" + KEY, f"ab/{KEY}.bak", f"ab/{KEY}.part.part", "ab/" + "e" * 48):
        (folder / place).write_text("none of ours")
    for place in (KEY, f"{KEY}.part"):
        (folder / "ab" / place).symlink_to(store._path(kept))
    return sorted(path for path in files_in(store) if path != store._path(kept))


def test_what_is_none_of_ours_is_never_listed(store):
    foreign_files(store)
    [own] = [path.name for path in files_in(store) if path.read_bytes() == b"body" and not path.is_symlink()]
    assert ([entry.key for entry in store.list_blobs()], list(store.list_parts())) == ([own], [])


def test_removing_all_that_is_listed_leaves_what_is_none_of_ours(store):
    foreign = foreign_files(store)
    removed = [remove(store, "blob", entry.key) for entry in store.list_blobs()]
    assert (removed, list(store.list_parts())) == ([True], [])
    assert sorted(files_in(store)) == foreign


def test_a_link_in_place_of_a_blob_is_never_removed(store):
    foreign_files(store)
    for how_far in ("blob", "part"):
        with pytest.raises(StorageUnavailable):
            remove(store, how_far, KEY)
    assert (store.folder / "ab" / KEY).is_symlink()
