"""Signed URLs on a live server: one method on one object until one time, and no part of it can be changed."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from objects_app import signing
from objects_app.signing import Purpose, TransferGrant
from tests.live import wait_until

PARTS = ["v", "account", "epoch", "grant", "expires", "inline", "signature"]


def with_query(url, change):
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    change(query)
    return parts._replace(query=urlencode(query)).geturl()


@pytest.fixture(scope="module")
def url(alice_live):
    return alice_live.stored_url(b"secret")


@pytest.fixture
def bob_key(alice_live):
    return json.loads(alice_live.server.manage("create_account", "bob", "--json"))["key"]


@pytest.mark.parametrize("part", PARTS)
def test_a_changed_part_is_a_403(url, part):
    changed = with_query(
        url, lambda query: query.update({part: query[part][:-1] + ("1" if query[part][-1] != "1" else "2")})
    )
    answer = httpx.get(changed)
    assert (answer.status_code, answer.json()["code"]) == (403, "invalid_signature")


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part_is_a_403(url, part):
    assert httpx.get(with_query(url, lambda query: query.pop(part))).status_code == 403


def test_an_added_part_is_a_403(url):
    assert httpx.get(f"{url}&x=1").status_code == 403
    assert httpx.get(url.partition("?")[0]).status_code == 403


def test_a_signature_for_one_object_opens_no_other(alice_live, url):
    other = alice_live.store(b"other")
    parts = urlsplit(url)
    assert httpx.get(parts._replace(path=f"/download/{other.id}").geturl()).status_code == 403


def test_a_signature_for_one_purpose_serves_no_other(url, upload):
    assert httpx.put(url.replace("/download/", "/upload/"), content=b"x").status_code == 403
    assert httpx.get(upload.url.replace("/upload/", "/download/")).status_code == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS"])
def test_an_upload_url_takes_nothing_but_put(upload, method):
    answer = httpx.request(method, upload.url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "PUT")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "OPTIONS"])
def test_a_download_url_takes_nothing_but_get_and_head(url, method):
    answer = httpx.request(method, url, content=b"x")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_the_urls_of_a_deleted_object_are_dead(alice_live, upload):
    stored = alice_live.store(b"x")
    url = alice_live.download_url(stored)
    for victim in (stored, upload):
        assert alice_live.http.delete(f"/v1/objects/{victim.id}").status_code == 200
    assert httpx.get(url).status_code == 404
    assert httpx.put(upload.url, content=b"x").status_code == 403


def test_a_download_url_runs_out(alice_live):
    url = alice_live.download_url(alice_live.store(b"x"), duration_seconds=1)
    wait_until(lambda: httpx.get(url).status_code == 403)
    assert httpx.get(url).json()["code"] == "url_expired"


def test_an_upload_url_that_has_run_out_takes_nothing(alice_live, upload, settings):
    settings.SECRET_KEY = next(alice_live.server.data_dir.glob("*secret*")).read_text().strip()
    grant = signing.verify(Purpose.UPLOAD, upload.id, urlsplit(upload.url).query)
    expired = TransferGrant(**{**vars(grant), "expires": 1})
    answer = httpx.put(alice_live.server.base_url + signing.sign(expired), content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (403, "url_expired")


def test_making_an_object_private_kills_foreign_urls_alone(alice_live, bob_key):
    stored = alice_live.store(b"x", is_public=True)
    own = alice_live.download_url(stored)
    bearer = {"Authorization": f"Bearer {bob_key}"}
    foreign = alice_live.http.get(f"/v1/objects/{stored.id}/download", headers=bearer).json()["download_url"]
    assert httpx.get(foreign).status_code == 200
    alice_live.http.patch(f"/v1/objects/{stored.id}", json={"is_public": False})
    assert (httpx.get(foreign).status_code, httpx.get(own).status_code) == (404, 200)
    alice_live.http.patch(f"/v1/objects/{stored.id}", json={"is_public": True})
    assert httpx.get(foreign).status_code == 404


@pytest.mark.parametrize("credentials", ["Bearer hld_wrong", "Basic eDp5", ""])
def test_stray_credentials_do_no_harm(alice_live, upload, credentials):
    stray = {"Authorization": credentials}
    assert httpx.put(upload.url, content=b"abc", headers=stray).status_code == 200
    assert alice_live.complete(upload).status_code == 200
    assert httpx.get(alice_live.download_url(upload), headers=stray).content == b"abc"


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "??"]
)
def test_a_body_of_any_content_type_is_taken_raw(alice_live, upload, content_type):
    body = b"--x\r\na=1&b={]"
    assert httpx.put(upload.url, content=body, headers={"Content-Type": content_type}).status_code == 200
    alice_live.complete(upload)
    answer = httpx.get(alice_live.download_url(upload))
    assert (answer.content, answer.headers["content-type"]) == (body, "text/plain")


def test_a_compressed_body_is_refused(alice_live, upload):
    answer = httpx.put(upload.url, content=b"x", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unsupported_encoding")
    assert alice_live.has_nothing_staged(upload)
