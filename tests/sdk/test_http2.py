"""The same port speaks HTTP/2 to clients that begin with it, as the TypeScript client does."""

import httpx
import pytest


@pytest.fixture
def http2(live):
    headers = {"Authorization": f"Bearer {live.alice_key}"}
    with httpx.Client(base_url=live.base_url, headers=headers, http1=False, http2=True) as client:
        yield client


def test_an_object_lives_its_whole_life_over_http2(http2, tag):
    created = http2.post("/v1/objects", json={"name": tag, "content_type": "text"})
    stored = created.json()
    assert http2.put(stored["upload_url"], content=b"over HTTP/2").is_success
    assert http2.post(f"/v1/objects/{stored['id']}/complete").json()["size_bytes"] == 11
    url = http2.post(f"/v1/objects/{stored['id']}/download").json()["download_url"]
    assert http2.get(url).content == b"over HTTP/2"
    assert http2.delete(f"/v1/objects/{stored['id']}").json()["state"] == "DELETED"
    assert created.http_version == "HTTP/2"


def test_a_stream_of_unknown_length_goes_up_over_http2(http2, tag):
    stored = http2.post("/v1/objects", json={"name": tag, "content_type": "binary"}).json()
    assert http2.put(stored["upload_url"], content=(b"x" * 65_537 for _ in range(20))).is_success
    assert http2.post(f"/v1/objects/{stored['id']}/complete").json()["size_bytes"] == 20 * 65_537


def test_many_requests_share_one_connection(http2):
    answers = [http2.get("/v1/objects", params={"limit": 1}) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({id(answer.extensions["network_stream"]) for answer in answers}) == 1


def test_a_refusal_over_http2_is_the_same_json(http2):
    answer = http2.get("/v1/objects/obj_unknown")
    assert (answer.http_version, answer.status_code, answer.json()["code"]) == ("HTTP/2", 404, "object_not_found")
