"""Backup, wipe and restore of a real server that people write to all the while (promise P25, test T13)."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests import live, prepared

pytestmark = pytest.mark.timeout(180)
WRITERS = 3
BODY = bytes(range(256)) * 64


class Client:
    def __init__(self, server: live.LiveServer, key: str) -> None:
        self.http = httpx.Client(base_url=server.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def create(self, content: bytes) -> str:
        """An upload that is not completed."""
        body = {"name": "file", "content_type": "text/plain"}
        created = self.http.post("/v1/objects", json=body).raise_for_status().json()
        self.put(created["upload_url"], content)
        return created["id"]

    def put(self, url: str, content: bytes) -> None:
        httpx.put(url, content=content, timeout=60).raise_for_status()

    def replace(self, object_id: str, content: bytes) -> None:
        renewed = self.http.post(f"/v1/objects/{object_id}/upload_url").raise_for_status().json()
        self.put(renewed["upload_url"], content)

    def complete(self, object_id: str) -> None:
        self.http.post(f"/v1/objects/{object_id}/complete").raise_for_status()

    def delete(self, object_id: str) -> None:
        self.http.delete(f"/v1/objects/{object_id}").raise_for_status()

    def read(self, object_id: str) -> bytes:
        url = self.http.post(f"/v1/objects/{object_id}/download", json={}).raise_for_status().json()["download_url"]
        return httpx.get(url, timeout=60).raise_for_status().content

    def states(self) -> dict[str, str]:
        found, after = {}, {}
        while True:
            page = self.http.get("/v1/objects", params={"limit": 1000, **after}).raise_for_status().json()
            found |= {each["id"]: each["state"] for each in page["objects"]}
            if not page["has_more"]:
                return found
            after = {"starting_after": page["objects"][-1]["id"]}


def content_of(number: int) -> bytes:
    return BODY + str(number).encode()


def write_until(stop: threading.Event, client: Client, seed: int, written: dict[str, bytes]) -> None:
    """Create, replace, complete and delete; `written` is what each object holds when it is complete."""
    dice, mine = random.Random(seed), []  # noqa: S311  nobody is to be surprised
    while not stop.is_set():
        content = content_of(dice.randrange(10**9))
        object_id = client.create(b"first")
        if dice.random() < 0.5:
            client.complete(object_id)
            written[object_id] = b"first"
        else:
            client.replace(object_id, content)
            written[object_id] = content
            client.complete(object_id)
        mine.append(object_id)
        if dice.random() < 0.4:
            client.delete(mine.pop(dice.randrange(len(mine))))


@pytest.fixture
def client_of() -> Iterator[Callable[[live.LiveServer, str], Client]]:
    """Makes clients, and closes their connections at the end."""
    with contextlib.ExitStack() as stack:

        def client_of(server: live.LiveServer, key: str) -> Client:
            client = Client(server, key)
            stack.enter_context(client.http)
            return client

        yield client_of


@pytest.fixture
def server(tmp_path) -> Iterator[live.LiveServer]:
    server = prepared.start_server(tmp_path / "data", THROTTLE_ENABLED="false")
    yield server
    server.stop()


def test_every_object_comes_back_although_people_wrote_during_the_backup(server, client_of, tmp_path):
    client, written = client_of(server, server.key), {}
    before = [client.create(content_of(number)) for number in range(30)]
    for number, object_id in enumerate(before):
        client.complete(object_id)
        written[object_id] = content_of(number)
    deleted = before.pop()
    client.delete(deleted)
    stop = threading.Event()
    writers = [
        threading.Thread(target=write_until, args=(stop, client_of(server, server.key), seed, written))
        for seed in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    server.manage("backup", str(tmp_path / "backup"))
    server.manage("backup", str(tmp_path / "backup"))
    stop.set()
    for writer in writers:
        writer.join()
    assert server.stop() == 0
    shutil.rmtree(server.data_dir)

    live.manage("restore", str(tmp_path / "backup"), environment=server.environment)
    live.manage("fsck", environment=server.environment)
    again = live.start_server(server.data_dir, THROTTLE_ENABLED="false")
    try:
        assert again.key == "", "a restored installation has no first start"
        restored = client_of(again, server.key)
        states = restored.states()
        complete = {object_id for object_id, state in states.items() if state == "READ_ONLY"}
        assert complete >= set(before)
        assert len(complete) > len(before), "nobody wrote before the second backup"
        assert restored.http.get(f"/v1/objects/{deleted}").json()["state"] == "DELETED"
        assert {each: restored.read(each) == written[each] for each in complete} == dict.fromkeys(complete, True)
    finally:
        again.stop()


def test_a_backup_that_was_killed_goes_on_where_it_stopped(tmp_path, client_of, server):
    client = client_of(server, server.key)
    ids = [client.create(content_of(number)) for number in range(60)]
    for object_id in ids:
        client.complete(object_id)
    folder = tmp_path / "backup"
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, live.MANAGE, "backup", str(folder)], env=server.environment, cwd=live.ROOT
    )
    live.wait_until(lambda: len(blobs_in(folder)) >= 10)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(live.STOP_SECONDS) == -signal.SIGKILL
    before = blobs_in(folder)
    assert 10 <= len(before) < 60

    environment = live.environment_of(tmp_path / "other")
    refused = live.manage("restore", str(folder), environment=environment, check=False)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "holds no finished backup" in refused.stderr
    server.manage("backup", str(folder))
    assert before.items() <= blobs_in(folder).items()
    assert len(blobs_in(folder)) == 60
    live.manage("restore", str(folder), environment=environment)


def blobs_in(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder.glob("objects/??/*") if not path.suffix}


# The backup with a disk that needs a while for each blob.
SLOW = """
import runpy, sys, threading
sys.argv = sys.argv[1:]
sys.path.insert(0, sys.argv[0].rpartition("/")[0])
import objects_app.storage.disk_files as disk
commit = disk.DiskWriter.commit
one_by_one = threading.Lock()
def slowly(writer):
    with one_by_one:
        threading.Event().wait(0.1)
        return commit(writer)
disk.DiskWriter.commit = slowly
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_a_half_restored_installation_is_not_served(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "restore.unfinished").write_text("…")
    environment = live.environment_of(tmp_path / "data", ADDRESS=f"127.0.0.1:{live.free_port()}")
    refused = live.manage("serve", environment=environment, check=False)
    assert refused.returncode == 1
    assert "is half restored: run the same restore again." in refused.stderr
    assert not (tmp_path / "data" / "holdall.sqlite3").exists()
