"""The object-oriented helpers: uploads from everywhere, downloads, and the wrapper around one object."""

import io
import tarfile
from contextlib import nullcontext
from datetime import timedelta

import httpx
import pytest

from tests.sdk.conftest import on_every_shape

pytestmark = on_every_shape
TEN_MEGABYTES = bytes(range(256)) * 40_000


def without_logs(member):
    return None if member.name.endswith(".log") else member


def state_of(stored, now):
    return now(stored.refresh()).state


def test_text_goes_up_and_comes_back(storage_object, now, tag):
    stored = now(storage_object.upload_from_text("Привет, 世界 🧰", name=tag, metadata={"team": "red"}))
    view = now(stored.refresh())
    assert (view.content_type, view.state, view.metadata) == ("text", "READ_ONLY", {"team": "red"})
    assert now(stored.download_as_text()) == "Привет, 世界 🧰"


@pytest.mark.parametrize("content", [b"", b"\x00\xff", TEN_MEGABYTES], ids=["empty", "small", "ten megabytes"])
def test_bytes_go_up_and_come_back(storage_object, now, tag, content):
    stored = now(storage_object.upload_from_bytes(content, name=tag, content_type="binary"))
    assert now(stored.refresh()).size_bytes == len(content)
    assert now(stored.download_as_bytes(duration_seconds=60)) == content


def test_gzipped_bytes_come_back_packed(storage_object, now, tag, tmp_path):
    packed = tmp_path / "a.gz"
    packed.write_bytes(bytes.fromhex("1f8b08000000000000034b4c4a0600c241243503000000"))
    stored = now(storage_object.upload_from_file(packed, name=tag))
    assert now(stored.refresh()).content_type == "gzip"
    assert now(stored.download_as_bytes()) == packed.read_bytes()


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("table.csv", "text"), ("a.tar", "tar"), ("b.tar.gz", "tgz"), ("model.onnx", "unspecified")],
)
def test_a_file_goes_up_under_its_name_and_guessed_type(storage_object, now, tmp_path, name, content_type):
    path = tmp_path / name
    path.write_bytes(b"content of a file")
    stored = now(storage_object.upload_from_file(path))
    view = now(stored.refresh())
    assert (view.name, view.content_type) == (name, content_type)
    assert now(stored.download_as_bytes()) == b"content of a file"


def test_a_folder_goes_up_as_a_packed_archive(storage_object, now, tmp_path):
    (tmp_path / "project" / "src").mkdir(parents=True)
    (tmp_path / "project" / "src" / "main.py").write_text("print('hello')")
    stored = now(storage_object.upload_from_dir(tmp_path / "project"))
    view = now(stored.refresh())
    with tarfile.open(fileobj=io.BytesIO(now(stored.download_as_bytes())), mode="r:gz") as archive:
        names = archive.getnames()
    assert (view.name, view.content_type) == ("project.tar.gz", "tgz")
    assert any(name.endswith("src/main.py") for name in names)


def test_parts_of_a_folder_can_be_left_out(storage_object, now, tag, tmp_path):
    for name in ("keep.txt", "leave.log"):
        (tmp_path / name).write_text(name)
    stored = now(storage_object.upload_from_dir(tmp_path, name=tag, ignore=without_logs))
    with tarfile.open(fileobj=io.BytesIO(now(stored.download_as_bytes())), mode="r:gz") as archive:
        names = [name.rpartition("/")[2] for name in archive.getnames()]
    assert "keep.txt" in names
    assert "leave.log" not in names


def test_content_may_be_uploaded_again_until_it_is_complete(storage_object, now, tag):
    stored = now(storage_object.create(name=tag, content_type="text"))
    now(stored.upload_content("first"))
    now(stored.upload_content("second"))
    assert now(stored.complete()).state == "READ_ONLY"
    assert now(stored.download_as_text()) == "second"


def test_after_completion_the_wrapper_uploads_no_more(storage_object, now, tag):
    stored = now(storage_object.upload_from_text("final", name=tag))
    assert stored.upload_url is None
    with pytest.raises(RuntimeError, match="No upload URL"):
        now(stored.upload_content("too late"))


def test_an_upload_to_a_deleted_object_changes_nothing(storage_object, now, tag, shape):
    stored = now(storage_object.create(name=tag, content_type="text"))
    now(stored.delete())
    with pytest.raises(httpx.HTTPStatusError) if shape == "embedded" else nullcontext():  # a store takes it
        now(stored.upload_content("too late"))
    assert state_of(stored, now) == "DELETED"


def test_a_wrapper_made_from_an_id_reads_and_deletes(storage_object, now, tag):
    stored = now(storage_object.upload_from_text("found again", name=tag))
    again = storage_object.from_id(stored.id)
    assert now(again.download_as_text()) == "found again"
    assert now(again.delete()).state == "DELETED"
    assert state_of(stored, now) == "DELETED"


def test_a_download_url_needs_no_credentials(storage_object, now, tag, fetch):
    stored = now(storage_object.upload_from_text("open to whoever has it", name=tag))
    url = now(stored.get_download_url(duration_seconds=60)).download_url
    assert fetch(url).text == "open to whoever has it"
    assert fetch(url, headers={"Authorization": "Bearer stray"}).is_success


def test_a_time_to_live_reaches_the_object(storage_object, now, tag):
    stored = now(storage_object.upload_from_text("short", name=tag, ttl=timedelta(minutes=5)))
    view = now(stored.refresh())
    assert view.delete_after_time_ms == view.create_time_ms + 300_000


def test_list_gives_wrappers_newest_first(storage_object, now, tag):
    stored = [now(storage_object.upload_from_text("x", name=f"{tag} {number}")) for number in range(3)]
    listed = now(storage_object.list(name=tag, limit=2))
    assert [wrapper.id for wrapper in listed] == [stored[2].id, stored[1].id]


def test_a_completed_object_serves_as_a_build_context(storage_object, now, tag):
    stored = now(storage_object.upload_from_text("FROM scratch", name=tag))
    assert stored.as_build_context() == {"type": "object", "object_id": stored.id}
