"""What a power cut finds: by the system calls of a real server, all is on the disk before it is answered."""

import re
import shutil
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests import live
from tests.crash import tracing
from tests.crash.tracing import Call, follows
from tests.services import is_missing

UPLOADS = 100
STEPS = ["sync part", "rename part", "sync folder"]


@pytest.fixture
def requests(tmp_path) -> list[list[Call]]:
    """The system calls of each request: create, PUT, complete, a hundred times."""
    if not shutil.which("strace"):
        is_missing("there is no strace")
    trace = tmp_path / "trace"
    server = live.start_server(tmp_path / "data", wrapper=tracing.command(trace), THROTTLE_ENABLED="false")
    try:
        with httpx.Client(base_url=server.base_url, headers={"Authorization": f"Bearer {server.key}"}) as client:
            client.timeout = 60
            for number in range(UPLOADS):
                upload(client, number)
        threads = threads_of(server)
    finally:
        server.stop()
    ended = re.compile(rf"^{server.process.pid} +\+\+\+ exited", re.MULTILINE)
    live.wait_until(lambda: ended.search(trace.read_text()))
    return tracing.by_answer(tracing.read(trace, threads))[-3 * UPLOADS :]


def upload(client: httpx.Client, number: int) -> None:
    created = client.post("/v1/objects", json={"name": f"{number}", "content_type": "text"}).json()
    client.put(created["upload_url"], content=b"some bytes" * number).raise_for_status()
    client.post(f"/v1/objects/{created['id']}/complete").raise_for_status()


def threads_of(server: live.LiveServer) -> set[int]:
    (web,) = server.children_of(server.process_of("granian"))
    return {int(path.name) for path in Path(f"/proc/{web}/task").iterdir()}


def only(kind: str, calls: list[Call]) -> Call:
    (found,) = [call for call in calls if call.kind == kind]
    return found


def commit_is_synced(calls: list[Call]) -> bool:
    """The last that was written to the log of the database was synced before the answer began."""
    written = [call for call in calls if call.kind == "write log"]
    synced = [call for call in calls if call.kind == "sync log"]
    return bool(written and synced) and follows(written[-1], synced[-1]) and follows(synced[-1], calls[-1])


def file_is_synced_before_the_commit(calls: list[Call]) -> bool:
    steps = [only(kind, calls) for kind in STEPS]
    committed = next(call for call in calls if call.kind == "write log" and follows(steps[-1], call))
    return all(follows(*pair) for pair in pairwise([*steps, committed]))


@pytest.mark.timeout(300)
def test_files_are_on_the_disk_before_the_commit_and_commits_before_the_answer(requests):
    for number in range(3):
        assert [commit_is_synced(calls) for calls in requests[number::3]] == [True] * UPLOADS
    assert [file_is_synced_before_the_commit(calls) for calls in requests[1::3]] == [True] * UPLOADS


def test_a_trace_is_read_across_interruptions(tmp_path):
    trace = tmp_path / "trace"
    trace.write_text(
        "1 fsync(5</d/objects/ab/abcd.part> <unfinished ...>\n"
        '2 rename("/d/objects/ab/abcd.part", "/d/objects/ab/abcd") = 0\n'
        "1 <... fsync resumed>) = 0\n"
        "3 fdatasync(7</d/holdall.sqlite3-wal>) = 0\n"
    )
    synced, renamed = tracing.read(trace, {1, 2})
    assert (synced.kind, renamed.kind) == ("sync part", "rename part")
    assert not follows(synced, renamed)
