"""A start without the disk of the objects: one sentence, and nothing is taken for an empty storage."""

import httpx
import pytest

from objects_app import first_start
from objects_app.errors import StorageUnavailable
from objects_app.models import State
from objects_app.storage.disk import MARKER
from tests import live, prepared
from tests.factories import make_object, put_bytes


def unmount(folder) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()


@pytest.mark.parametrize("state", [State.READ_ONLY, State.UPLOADING])
def test_an_empty_folder_where_a_row_names_a_blob_is_refused(alice, disk, state):
    stored_object = make_object(alice, state=state)
    if state == State.UPLOADING:
        put_bytes(stored_object, b"hello")
    unmount(disk.folder)
    with pytest.raises(StorageUnavailable, match="is its disk mounted"):
        first_start.prepare_storage()
    assert not any(disk.folder.iterdir())


def test_an_empty_folder_of_an_empty_installation_is_made_ready(alice, disk):
    make_object(alice, state=State.UPLOADING)
    unmount(disk.folder)
    first_start.prepare_storage()
    assert [path.name for path in disk.folder.iterdir()] == [MARKER]


def test_serve_refuses_in_one_sentence_and_starts_again_with_its_disk(tmp_path):
    server = prepared.start_server(tmp_path / "data", THROTTLE_ENABLED="false")
    api = {"headers": {"Authorization": f"Bearer {server.key}"}}
    new = {"name": "n", "content_type": "text"}
    created = httpx.post(f"{server.base_url}/v1/objects", json=new, **api).raise_for_status().json()
    httpx.put(created["upload_url"], content=b"hello").raise_for_status()
    server.stop()
    folder = server.data_dir / "objects"
    unmount(folder)
    refused = live.manage("serve", environment=server.environment, check=False)
    sentence = f"CommandError: {folder} should hold objects, but is empty: is its disk mounted?"
    assert (refused.returncode, refused.stderr.splitlines(), list(folder.iterdir())) == (1, [sentence], [])
    folder.rmdir()
    folder.with_name("elsewhere").rename(folder)
    live.start_server(server.data_dir, THROTTLE_ENABLED="false").stop()
