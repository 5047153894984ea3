"""A disk that is really full: uploads end with 507, what is there stays readable, and room helps at once (X24)."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests import live, services
from tests.faults.trial import RECOVERY_SECONDS
from tests.transfer.people import Client

MIB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path):
    """A tmpfs of 4 MiB where the server keeps its objects."""
    folder = tmp_path / "data" / "objects"
    folder.mkdir(parents=True)
    command = [shutil.which("mount") or "mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        services.is_missing("A small disk can only be mounted by root")
    yield folder
    subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)


@pytest.fixture
def alice(small_disk: Path):
    server = live.start_server(small_disk.parent, THROTTLE_ENABLED="false")
    client = Client(server)
    yield client
    client.http.close()
    server.stop()


def chunked(size: int):
    yield b"x" * size


def ready(client: Client) -> tuple[int, list[str]]:
    answer = client.http.get("/readyz")
    return answer.status_code, answer.json().get("failed", [])


def test_a_full_disk_refuses_uploads_serves_what_it_has_and_recovers_by_itself(alice):
    first, second = alice.store(b"x" * 2 * MIB), alice.store(b"x" * MIB)
    url, upload = alice.download_url(first), alice.begin()
    refused = [httpx.put(upload.url, content=content) for content in (b"x" * 2 * MIB, chunked(2 * MIB))]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(507, "storage_full")] * 2
    assert all(answer.headers["retry-after"] for answer in refused)
    assert alice.parts() == []
    filling = alice.store(b"x" * (MIB // 2))
    assert ready(alice) == (503, ["storage"])
    assert httpx.get(url).content == b"x" * 2 * MIB
    for each in (second, filling):
        assert alice.http.delete(f"/v1/objects/{each.id}").status_code == 200
    freed = time.monotonic()
    assert httpx.put(upload.url, content=b"x" * MIB).status_code == 200
    assert alice.complete(upload).status_code == 200
    assert time.monotonic() - freed < RECOVERY_SECONDS
