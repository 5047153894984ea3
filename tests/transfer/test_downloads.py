"""Downloads from a live server: whole and in part, and always under headers that keep them harmless."""

import base64
import hashlib

import httpx
import pytest

CONTENT = bytes(range(256)) * 4
SHA256 = hashlib.sha256(CONTENT)
TAG = f'"{SHA256.hexdigest()}"'


@pytest.fixture(scope="module")
def url(alice_live):
    return alice_live.stored_url(CONTENT, name='a "b"/é\u202e.html', content_type="text/html")


def test_a_get_is_the_content_with_its_names(url):
    answer = httpx.get(url)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["etag"] == TAG
    assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(SHA256.digest()).decode()}:"


def test_hosted_html_can_do_no_harm(url):
    headers = httpx.get(url).headers
    assert headers["content-type"] == "text/html"
    assert headers["content-disposition"].startswith('attachment; filename="a _b__')
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-store"
    assert not {"content-encoding", "set-cookie"} & set(headers)


def test_a_head_is_a_get_without_the_content(url):
    got, head = httpx.get(url), httpx.head(url)
    changing = {"date", "x-request-id"}
    assert head.content == b""
    assert {name: value for name, value in head.headers.items() if name not in changing} == {
        name: value for name, value in got.headers.items() if name not in changing
    }


@pytest.mark.parametrize(
    ("asked", "part", "said"),
    [
        ("bytes=5-9", CONTENT[5:10], "bytes 5-9/1024"),
        ("bytes=1000-", CONTENT[1000:], "bytes 1000-1023/1024"),
        ("bytes=-7", CONTENT[-7:], "bytes 1017-1023/1024"),
        ("bytes=1000-5000", CONTENT[1000:], "bytes 1000-1023/1024"),
    ],
)
def test_a_range_is_that_part(url, asked, part, said):
    answer = httpx.get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, part, said)


def test_a_range_beyond_the_end_is_a_416_that_names_the_size(url):
    answer = httpx.get(url, headers={"Range": "bytes=1024-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */1024")
    assert answer.json()["code"] == "range_not_satisfiable"


@pytest.mark.parametrize("tag", [TAG, f"W/{TAG}", f'"x", {TAG}', "*"])
def test_known_content_is_not_sent_again(url, tag):
    answer = httpx.get(url, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", TAG)


@pytest.mark.parametrize(
    ("condition", "status"), [(TAG, 206), ('"another"', 200), (f"W/{TAG}", 200), ("Sun, 22 Nov 2026 13:00:00 GMT", 200)]
)
def test_a_part_is_sent_only_of_the_content_that_the_client_knows(url, condition, status):
    answer = httpx.get(url, headers={"Range": "bytes=0-4", "If-Range": condition})
    assert (answer.status_code, len(answer.content)) == (status, 5 if status == 206 else 1024)


def test_an_empty_object_is_an_empty_answer(alice_live):
    answer = httpx.get(alice_live.stored_url(b""))
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_compressed_content_arrives_as_it_was_stored(alice_live):
    answer = httpx.get(alice_live.stored_url(b"\x1f\x8b rubbish", content_type="tgz"))
    assert (answer.content, answer.headers["content-type"]) == (b"\x1f\x8b rubbish", "application/gzip")
    assert "content-encoding" not in answer.headers


INLINE = {"text/plain": True, "text": True, "image/png": True, "video/mp4": True} | dict.fromkeys(
    ["text/html", "image/svg+xml", "application/xhtml+xml", "application/pdf", "text/xml", "binary"], False
)


@pytest.mark.parametrize(("content_type", "shown"), INLINE.items())
def test_only_inert_types_are_shown_inline(alice_live, content_type, shown):
    stored = alice_live.store(b"x", content_type=content_type)
    headers = httpx.get(alice_live.download_url(stored, disposition="inline")).headers
    assert headers["content-disposition"].startswith("inline;" if shown else "attachment;")
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_a_file_that_was_cut_on_the_disk_is_never_a_good_answer(alice_live):
    stored = alice_live.store(b"x" * 1001)
    url = alice_live.download_url(stored)
    [blob] = [path for path in alice_live.server.data_dir.glob("objects/*/*") if path.stat().st_size == 1001]
    blob.write_bytes(b"x" * 999)
    assert httpx.get(url).status_code == 404
    assert alice_live.http.get(f"/v1/objects/{stored.id}").json()["state"] == "ERROR"
