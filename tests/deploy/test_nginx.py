"""nginx with the shipped configuration: uploads go through, downloads are sent by nginx itself, and nothing else is."""

import base64
import hashlib
import sqlite3
from contextlib import closing
from email.utils import formatdate

import httpx
import pytest

from objects_app.transfer.uploads import SMALL
from tests import live
from tests.transfer.wire import connect, head, read_answer

CONTENT = bytes(range(256)) * 1024
SHA256 = hashlib.sha256(CONTENT)
TAG = f'"{SHA256.hexdigest()}"'


@pytest.fixture(scope="module")
def stored(front):
    return front.store(CONTENT, name="page.html", content_type="text/html")


@pytest.fixture(scope="module")
def url(front, stored):
    return front.download_url(stored)


def place_of(front, upload) -> str:
    with closing(sqlite3.connect(front.server.data_dir / "holdall.sqlite3", timeout=20)) as database:
        [key] = database.execute("SELECT blob_key FROM objects_app_storedobject WHERE id = ?", [upload.id]).fetchone()
    return f"{key[:2]}/{key}"


def in_pieces():
    for start in range(0, len(CONTENT), 1000):
        yield CONTENT[start : start + 1000]


@pytest.mark.parametrize("body", [lambda: CONTENT, in_pieces], ids=["with a length", "chunked"])
def test_an_upload_arrives_whole(front, body):
    upload = front.begin()
    assert httpx.put(upload.url, content=body()).status_code == 200
    assert front.complete(upload).json()["sha256"] == SHA256.hexdigest()


def test_an_upload_that_is_cut_is_not_kept(front):
    upload = front.begin()
    with connect(upload.url) as connection:
        connection.sendall(head("PUT", upload.url, "Transfer-Encoding: chunked") + b"3\r\nabc\r\n")
    front.wait_until_nothing_is_left()
    assert front.has_nothing_staged(upload)


def test_an_upload_is_on_its_way_before_its_end(front):
    upload = front.begin()
    with connect(upload.url) as connection:
        connection.sendall(head("PUT", upload.url, f"Content-Length: {SMALL + 1}") + b"abc")
        live.wait_until(front.parts)
        connection.sendall(bytes(SMALL + 1 - len(b"abc")))
        assert read_answer(connection).status == 200


def test_a_download_is_sent_by_nginx_with_the_headers_that_were_promised(url):
    answer = httpx.get(url, headers={"Accept-Encoding": "gzip", "X-Request-Id": "req_of_this_test"})
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert {name: value for name, value in answer.headers.items() if name != "date"} == {
        "server": "nginx",
        "connection": "keep-alive",
        "content-type": "text/html",
        "content-length": str(len(CONTENT)),
        "content-disposition": "attachment; filename=\"page.html\"; filename*=UTF-8''page.html",
        "cache-control": "private, no-store",
        "accept-ranges": "bytes",
        "etag": TAG,
        "repr-digest": f"sha-256=:{base64.b64encode(SHA256.digest()).decode()}:",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "referrer-policy": "no-referrer",
        "x-request-id": "req_of_this_test",
    }


def test_the_server_behind_hands_the_download_over(front, behind, url, stored):
    direct = httpx.get(url.replace(front.server.base_url, behind))
    assert direct.headers["x-accel-redirect"] == f"/_objects/{place_of(front, stored)}"
    assert direct.content == b""


@pytest.mark.parametrize(
    ("asked", "part", "said"),
    [
        ("bytes=5-9", CONTENT[5:10], "bytes 5-9/262144"),
        ("bytes=262000-", CONTENT[262000:], "bytes 262000-262143/262144"),
        ("bytes=-7", CONTENT[-7:], "bytes 262137-262143/262144"),
    ],
)
def test_a_range_is_that_part(url, asked, part, said):
    answer = httpx.get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, part, said)
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-9", "bytes=9-5", "lines=1-2"])
def test_other_ranges_are_answered_with_the_whole(url, asked):
    answer = httpx.get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, CONTENT)


def test_a_range_beyond_the_end_is_refused_in_json(url):
    answer = httpx.get(url, headers={"Range": "bytes=262144-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */262144")
    assert answer.json()["code"] == "range_not_satisfiable"


@pytest.mark.parametrize(("condition", "status"), [(TAG, 206), ('"another"', 200), (f"W/{TAG}", 200)])
def test_a_part_is_sent_only_of_the_content_that_the_client_knows(url, condition, status):
    answer = httpx.get(url, headers={"Range": "bytes=0-4", "If-Range": condition})
    assert (answer.status_code, len(answer.content)) == (status, 5 if status == 206 else len(CONTENT))


def test_known_content_is_not_sent_again(url):
    answer = httpx.get(url, headers={"If-None-Match": TAG})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", TAG)


def test_the_age_of_the_file_is_no_condition(front, stored, url):
    file = front.server.data_dir / "objects" / place_of(front, stored)
    answer = httpx.get(url, headers={"If-Modified-Since": formatdate(file.stat().st_mtime, usegmt=True)})
    assert (answer.status_code, answer.content) == (200, CONTENT)


def test_a_head_is_a_get_without_the_content(url):
    changing = {"date", "x-request-id", "connection"}
    got, headed = (
        {name: value for name, value in answer.headers.items() if name not in changing}
        for answer in (httpx.get(url), httpx.head(url))
    )
    assert headed == got


def test_an_empty_object_is_an_empty_answer(front):
    answer = httpx.get(front.stored_url(b""))
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_a_download_that_nginx_sends_is_recorded_once(front):
    upload = front.store(b"hello")
    httpx.get(front.download_url(upload))
    assert front.download_event(upload) == ("handed over", None)


def test_a_deleted_object_is_not_there(front):
    upload = front.store(b"hello")
    url = front.download_url(upload)
    front.http.delete(f"/v1/objects/{upload.id}")
    answer = httpx.get(url)
    assert (answer.status_code, answer.json()["code"]) == (404, "object_not_found")


def test_lost_bytes_are_found_missing(front):
    upload = front.store(b"hello")
    url = front.download_url(upload)
    (front.server.data_dir / "objects" / place_of(front, upload)).unlink()
    assert httpx.get(url).status_code == 404


@pytest.mark.parametrize(
    "way", ["/_objects/{}", "/_objects//{}", "/x/../_objects/{}", "/%5fobjects/{}", "/_objects/./{}"]
)
def test_nobody_reaches_the_files_directly(front, stored, way):
    target = way.format(place_of(front, stored))
    with connect(front.server.base_url) as connection:
        connection.sendall(head("GET", f"{front.server.base_url}/x").replace(b"/x", target.encode(), 1))
        answer = read_answer(connection)
    assert answer.status == 404
    assert CONTENT[:100] not in answer.body
