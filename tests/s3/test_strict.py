"""The store of our tests refuses what S3 refuses."""

import base64
import hashlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.s3_server import S3, make_client
from tests.sigv4 import Credentials

DIGEST = base64.b64encode(hashlib.sha256(b"hello").digest()).decode()


def url_of(s3: S3, through: Any, action: str, seconds: int = 60, **parameters: Any) -> str:
    return through.generate_presigned_url(action, Params={"Bucket": s3.bucket, **parameters}, ExpiresIn=seconds)


def refusal(action: Any, **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as refused:
        action(**parameters)
    answer = refused.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def deny(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]


def exchange_raw(s3: S3, url: str, *lines: str) -> bytes:
    """Answer to a PUT of these lines, after which the client says no more."""
    host = s3.endpoint_url.removeprefix("http://")
    with socket.create_connection(host.split(":")) as connection:
        target = url.removeprefix(s3.endpoint_url)
        connection.sendall("\r\n".join([f"PUT {target} HTTP/1.1", f"Host: {host}", *lines]).encode())
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_what_is_put_through_it_is_really_there(s3, through):
    key = "staging/obj_1/é +~%2F"
    url = url_of(s3, through, "put_object", Key=key)
    assert httpx.put(url, content=b"hello", headers={"Content-Type": "text/plain"}).status_code == 200
    assert (s3.keys(), s3.body(key)) == ([key], b"hello")


def test_a_presigned_get_says_what_was_signed(s3, through):
    s3.put("k", b"hello")
    disposition = "attachment; filename*=UTF-8''%C3%A9"
    answer = httpx.get(url_of(s3, through, "get_object", Key="k", ResponseContentDisposition=disposition))
    assert (answer.content, answer.headers["content-disposition"]) == (b"hello", disposition)


def test_a_range_of_a_presigned_get_is_answered(s3, through):
    s3.put("k", b"hello")
    answer = httpx.get(url_of(s3, through, "get_object", Key="k"), headers={"Range": "bytes=1-2"})
    assert (answer.status_code, answer.content) == (206, b"el")


def test_a_changed_url_is_refused(s3, through):
    url = url_of(s3, through, "put_object", Key="mine")
    assert deny(httpx.put(url.replace("/mine", "/other"), content=b"hello")) == (403, "SignatureDoesNotMatch")
    assert s3.keys() == []


def test_an_expired_url_is_refused(s3, through):
    url = url_of(s3, through, "put_object", Key="k", seconds=60)
    s3.proxy.ahead = timedelta(seconds=62)
    assert deny(httpx.put(url, content=b"hello")) == (403, "AccessDenied")
    assert s3.keys() == []


def test_a_wrong_secret_is_refused(s3):
    mallory = make_client(s3.endpoint_url, Credentials(s3.access_key, "guessed"))
    assert refusal(mallory.list_objects_v2, Bucket=s3.bucket) == (403, "SignatureDoesNotMatch")
    mallory.close()


def test_nobody_reads_without_a_signature(s3):
    s3.put("k", b"hello")
    assert deny(httpx.get(f"{s3.endpoint_url}/{s3.bucket}/k")) == (403, "AccessDenied")


def test_a_body_longer_than_the_signed_length_is_refused(s3, through):
    url = url_of(s3, through, "put_object", Key="k", ContentLength=5)
    assert deny(httpx.put(url, content=b"hello!")) == (403, "SignatureDoesNotMatch")
    assert httpx.put(url, content=b"hello").status_code == 200


def test_a_body_that_ends_early_is_not_stored(s3, through):
    url = url_of(s3, through, "put_object", Key="k", ContentLength=5)
    answer = exchange_raw(s3, url, "Content-Length: 5", "", "hell")
    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert b"<Code>IncompleteBody</Code>" in answer
    assert s3.keys() == []


@pytest.mark.parametrize("lines", [["", ""], ["Transfer-Encoding: chunked", "", "5", "hello", "0", "", ""]])
def test_a_put_without_a_length_is_refused(s3, through, lines):
    answer = exchange_raw(s3, url_of(s3, through, "put_object", Key="k"), *lines)
    assert b" 411 " in answer.partition(b"\r\n")[0]
    assert s3.keys() == []


def test_a_body_is_compared_with_its_checksum(s3, through):
    url = url_of(s3, through, "put_object", Key="k", ChecksumSHA256=DIGEST)
    headers = {"x-amz-checksum-sha256": DIGEST}
    assert deny(httpx.put(url, content=b"hullo", headers=headers)) == (400, "BadDigest")
    assert s3.keys() == []
    assert httpx.put(url, content=b"hello", headers=headers).status_code == 200


@pytest.mark.parametrize("name", ["ContentMD5", "ChecksumCRC32"])
def test_other_checksums_are_compared_as_well(s3, through, name):
    checksum = {"ContentMD5": "XUFAKrxLKna5cZ2REBfFkg==", "ChecksumCRC32": "NhCmhg=="}[name]
    assert refusal(through.put_object, Bucket=s3.bucket, Key="k", Body=b"hullo", **{name: checksum})[1] == "BadDigest"
    assert through.put_object(Bucket=s3.bucket, Key="k", Body=b"hello", **{name: checksum})


def test_a_checksum_is_kept_and_copied(s3, through):
    url = url_of(s3, through, "put_object", Key="k", ChecksumSHA256=DIGEST)
    httpx.put(url, content=b"hello", headers={"x-amz-checksum-sha256": DIGEST})
    through.copy_object(Bucket=s3.bucket, Key="copy", CopySource={"Bucket": s3.bucket, "Key": "k"})
    for key in ("k", "copy"):
        assert through.head_object(Bucket=s3.bucket, Key=key, ChecksumMode="ENABLED")["ChecksumSHA256"] == DIGEST
        assert "ChecksumSHA256" not in through.head_object(Bucket=s3.bucket, Key=key)


@pytest.fixture
def copy(s3, through) -> Iterator[dict[str, Any]]:
    """A call of copy_object that names the ETag of its source."""
    etag = s3.put("staging/é", b"hello")
    source = {"Bucket": s3.bucket, "Key": "staging/é"}
    return {"Bucket": s3.bucket, "Key": "blob", "CopySource": source, "CopySourceIfMatch": etag}


@pytest.fixture
def part(copy, through) -> dict[str, Any]:
    upload_id = through.create_multipart_upload(Bucket=copy["Bucket"], Key="blob")["UploadId"]
    return copy | {"UploadId": upload_id, "PartNumber": 1}


def test_a_copy_is_made_of_the_very_source(s3, through, copy):
    through.copy_object(**copy)
    assert s3.body("blob") == b"hello"


def test_a_copy_of_another_source_is_refused(s3, through, copy):
    s3.put("staging/é", b"other")
    assert refusal(through.copy_object, **copy) == (412, "PreconditionFailed")
    assert s3.keys() == ["staging/é"]


def test_a_part_is_copied_under_the_same_condition(s3, through, part):
    through.upload_part_copy(**part)
    s3.put("staging/é", b"other")
    assert refusal(through.upload_part_copy, **part) == (412, "PreconditionFailed")


def test_a_copy_of_nothing_is_refused(s3, through, copy, part):
    copy["CopySource"] = part["CopySource"] = {"Bucket": s3.bucket, "Key": "nothing"}
    assert refusal(through.copy_object, **copy) == (404, "NoSuchKey")
    assert refusal(through.upload_part_copy, **part) == (404, "NoSuchKey")


def test_one_call_copies_only_so_much(s3, through, copy, part):
    assert s3.proxy.largest_copy == 5 * 1024**3
    s3.proxy.largest_copy = 4
    assert refusal(through.copy_object, **copy) == (400, "InvalidRequest")
    assert refusal(through.upload_part_copy, **part) == (400, "InvalidRequest")
    assert refusal(through.upload_part_copy, **part, CopySourceRange="bytes=0-4") == (400, "InvalidRequest")
    assert through.upload_part_copy(**part, CopySourceRange="bytes=0-3")


def test_a_thousand_keys_are_deleted_at_once_and_no_more(s3, through):
    s3.put("k0", b"hello")
    keys = [{"Key": f"k{number}"} for number in range(1001)]
    assert refusal(through.delete_objects, Bucket=s3.bucket, Delete={"Objects": keys}) == (400, "MalformedXML")
    assert s3.keys() == ["k0"]
    through.delete_objects(Bucket=s3.bucket, Delete={"Objects": keys[:1000]})
    assert s3.keys() == []


def test_a_deletion_without_a_checksum_is_refused(s3, through):
    def without_checksums(request: Any, **_: Any) -> None:
        for name in ("x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm"):
            del request.headers[name]

    s3.put("k", b"hello")
    through.meta.events.register("before-sign.s3.DeleteObjects", without_checksums)
    assert refusal(through.delete_objects, Bucket=s3.bucket, Delete={"Objects": [{"Key": "k"}]})[1] == "InvalidRequest"
    assert s3.keys() == ["k"]


RULE = {"AllowedOrigins": ["https://*.example"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["x-amz-*"]}
PAGE = {"Origin": "https://a.example", "Access-Control-Request-Method": "PUT"}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 200),
        ({"Access-Control-Request-Headers": "x-amz-checksum-sha256"}, 200),
        ({"Access-Control-Request-Headers": "x-amz-date,content-type"}, 403),
        ({"Access-Control-Request-Method": "DELETE"}, 403),
        ({"Origin": "https://a.elsewhere"}, 403),
    ],
)
def test_a_page_sends_what_a_rule_of_the_bucket_lets_it(s3, asked, status):
    s3.client().put_bucket_cors(Bucket=s3.bucket, CORSConfiguration={"CORSRules": [RULE]})
    answer = httpx.options(f"{s3.endpoint_url}/{s3.bucket}/key", headers=PAGE | asked)
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (status, status == 200)


def test_without_a_rule_no_page_sends_or_reads_anything(s3, through):
    assert httpx.options(f"{s3.endpoint_url}/{s3.bucket}/key", headers=PAGE).status_code == 403
    answer = httpx.get(url_of(s3, through, "list_objects_v2"), headers={"Origin": "https://a.example"})
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (200, False)
