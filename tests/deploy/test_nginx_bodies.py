"""nginx with the shipped configuration writes large bodies to disk itself, after Holdall has let it."""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from objects_app import signing
from objects_app.signing import Purpose, TransferGrant
from tests import live, services
from tests.transfer.wire import connect, head, read_answer, receive

MIB = 1024 * 1024
CONTENT = bytes(range(256)) * (8 * MIB // 256)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
LENGTH = f"Content-Length: {len(CONTENT)}"


@pytest.fixture
def bodies(front) -> Path:
    return front.server.data_dir / "bodies"


@pytest.fixture
def upload(front):
    return front.begin()


def put(upload, content=CONTENT, **headers):
    return httpx.put(upload.url, content=content, headers=headers, timeout=60)


def content_of(front, upload) -> bytes:
    return httpx.get(front.download_url(upload), timeout=60).content


def written_by_web_server(front) -> int:
    lines = (front.web_worker() / "io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])


def stored_files(front) -> int:
    return len([path for path in front.server.data_dir.glob("objects/??/*") if path.is_file()])


def test_the_bytes_arrive_and_the_web_server_writes_none_of_them(front, upload, bodies):
    before = written_by_web_server(front)
    assert put(upload).status_code == 200
    assert written_by_web_server(front) - before < MIB
    assert front.complete(upload).json()["size_bytes"] == len(CONTENT)
    assert content_of(front, upload) == CONTENT
    assert list(bodies.iterdir()) == []


def test_the_digest_follows(front, upload):
    put(upload)
    assert front.complete(upload).json()["sha256"] is None
    front.server.manage("compute_digests")
    assert front.http.get(f"/v1/objects/{upload.id}").json()["sha256"] == SHA256


def test_a_digest_that_was_declared_is_known_at_completion(front):
    declared = front.begin(sha256=SHA256)
    put(declared)
    assert front.complete(declared).json()["sha256"] == SHA256


@pytest.mark.parametrize("declared", [{"sha256": "0" * 64}, {"size_bytes": 5}], ids=["digest", "size"])
def test_content_that_is_not_what_was_declared_is_refused_at_completion(front, declared):
    upload = front.begin(**declared)
    assert put(upload).status_code == 200
    assert front.complete(upload).json()["code"] == "content_mismatch"
    assert front.http.get(f"/v1/objects/{upload.id}").json()["state"] == "ERROR"


def test_a_repeated_put_replaces_the_first(front, upload):
    before = stored_files(front)
    for content in (CONTENT, CONTENT[::-1]):
        assert put(upload, content).status_code == 200
    assert stored_files(front) == before + 1
    front.complete(upload)
    assert content_of(front, upload) == CONTENT[::-1]


def test_one_event_tells_of_a_put_as_of_any_other(front, upload):
    put(upload)
    assert front.events(upload, "object.uploaded") == [("ok", len(CONTENT))]


def refused_before_its_body(url: str, *headers: str) -> tuple[int, bytes]:
    with connect(url) as connection:
        connection.sendall(head("PUT", url, *headers))
        answer = read_answer(connection)
    return answer.status, answer.body


def test_a_put_that_nobody_signed_is_refused_before_its_body(upload, bodies):
    status, body = refused_before_its_body(upload.url[:-1] + "x", LENGTH)
    assert (status, b"invalid_signature" in body) == (403, True)
    assert list(bodies.iterdir()) == []


def test_a_url_that_has_run_out_is_refused_before_its_body(front, upload, settings):
    settings.SECRET_KEY = (front.server.data_dir / "secret_key").read_text().strip()
    an_hour_ago = int(time.time() - 3600) * 1000
    path = signing.sign(TransferGrant(Purpose.UPLOAD, upload.id, "acc", 0, 0, an_hour_ago))
    status, body = refused_before_its_body(front.server.base_url + path, LENGTH)
    assert (status, b"url_expired" in body) == (403, True)


def test_a_body_that_does_not_fit_is_refused_before_it_comes(upload, bodies):
    status, body = refused_before_its_body(upload.url, f"Content-Length: {2**62}")
    assert (status, b"storage_full" in body) == (507, True)
    assert list(bodies.iterdir()) == []


def test_a_closed_upload_is_refused_before_its_body(front, upload):
    front.http.delete(f"/v1/objects/{upload.id}")
    status, body = refused_before_its_body(upload.url, LENGTH)
    assert (status, b"upload_closed" in body) == (403, True)


def test_what_holdall_does_not_let_in_is_told_why(upload):
    answer = put(upload, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unsupported_encoding")


def test_a_client_that_asks_first_is_told_to_go_on(front, upload):
    with connect(upload.url) as connection:
        connection.sendall(head("PUT", upload.url, LENGTH, "Expect: 100-continue"))
        assert receive(connection).startswith(b"HTTP/1.1 100 ")
        connection.sendall(CONTENT)
        assert read_answer(connection).status == 200
    assert front.complete(upload).json()["size_bytes"] == len(CONTENT)


def test_a_connection_is_kept_for_the_next_body(upload):
    with httpx.Client(timeout=60) as client:
        answers = [client.put(upload.url, content=CONTENT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3


def test_an_upload_that_ends_too_late_leaves_nothing(front, upload, bodies):
    before = stored_files(front)
    with begun(upload, bodies) as connection:
        front.http.delete(f"/v1/objects/{upload.id}")
        connection.sendall(CONTENT[MIB * 4 :])
        assert read_answer(connection).status == 403
    live.wait_until(lambda: not list(bodies.iterdir()))
    assert stored_files(front) == before


def test_a_body_that_is_cut_leaves_nothing(front, upload, bodies):
    begun(upload, bodies).close()
    live.wait_until(lambda: not list(bodies.iterdir()))
    assert front.has_nothing_staged(upload)


def begun(upload, bodies):
    """A PUT of which nginx has written half."""
    connection = connect(upload.url)
    connection.sendall(head("PUT", upload.url, LENGTH) + CONTENT[: MIB * 4])
    live.wait_until(lambda: list(bodies.iterdir()))
    return connection


@pytest.mark.parametrize("size", [MIB * 8, 5], ids=["large", "small"])
@pytest.mark.parametrize("name", ["X-Body-File", "x-body-file", "X_Body_File"])
def test_a_client_names_no_file(front, upload, bodies, size, name):
    foreign = bodies / "0000000000"
    foreign.write_bytes(b"of somebody else")
    try:
        assert put(upload, CONTENT[:size], **{name: str(foreign)}).status_code == 200
        assert foreign.read_bytes() == b"of somebody else"
    finally:
        foreign.unlink()
    front.complete(upload)
    assert content_of(front, upload) == CONTENT[:size]


def test_the_way_of_the_question_is_closed_to_clients(front):
    assert httpx.get(f"{front.server.base_url}/_admit").status_code == 403


@pytest.mark.parametrize("place", ["objects/0000000001", "bodies/../secret_key", "secret_key", "bodies/notes"])
def test_a_file_elsewhere_is_not_taken(front, behind, upload, place):
    path = front.server.data_dir / place
    was_there = path.exists()
    answer = named_to_holdall(front, behind, upload, str(path))
    assert (answer.status_code, answer.json()["code"]) == (403, "body_file_refused")
    assert path.exists() == was_there


def named_to_holdall(front, behind, upload, path: str):
    """What a proxy that Holdall trusts would send."""
    url = upload.url.replace(front.server.base_url, behind)
    return httpx.put(url, headers={"X-Body-File": path}, content=b"")


def test_a_body_of_which_no_file_is_named_is_not_taken_as_empty(front, behind, upload):
    url = upload.url.replace(front.server.base_url, behind)
    assert refused_before_its_body(url)[0] == 411
    assert refused_before_its_body(url, "X-Upload-Began: 1", "Content-Length: 0")[0] == 403
    assert front.has_nothing_staged(upload)


def test_a_link_is_not_followed(front, behind, upload, bodies):
    link = bodies / "0000000000"
    link.symlink_to(front.server.data_dir / "secret_key")
    assert named_to_holdall(front, behind, upload, str(link)).status_code == 503
    link.unlink(missing_ok=True)
    assert front.has_nothing_staged(upload)


def test_what_nginx_left_behind_is_swept(front, bodies):
    left = bodies / "0000000000"
    left.write_bytes(b"left")
    front.server.manage("remove_parts", "--older-than", "1h")
    assert left.exists()
    os.utime(left, (0, 0))
    front.server.manage("remove_parts")
    assert not left.exists()


@pytest.fixture
def small_disk(bodies):
    """Where nginx has room for 4 MiB, and Holdall knows nothing of it."""
    command = [shutil.which("mount") or "mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(bodies)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        services.is_missing("A small disk can only be mounted by root")
    yield
    subprocess.run([shutil.which("umount") or "umount", "--lazy", str(bodies)], check=True)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_fills_up_is_told_in_json(front, upload, bodies):
    answer = put(upload)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    live.wait_until(lambda: not list(bodies.iterdir()))
    assert front.has_nothing_staged(upload)
