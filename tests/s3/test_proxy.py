"""The proxy names and records calls, and what a test plans for them happens to them alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError, ResponseStreamingError

from tests.s3.faults import ANY, after, before, cut, delay, fail, fail_late, halve_answer, lose_answer, repeat
from tests.s3_server import make_client


@pytest.fixture
def bucket(s3) -> dict[str, str]:
    return {"Bucket": s3.bucket}


def test_every_call_has_its_name(s3, bucket, through):
    source = {**bucket, "Key": "k"}
    through.put_object(**source, Body=b"hello")
    through.head_object(**source)
    through.get_object(**source)["Body"].close()
    through.copy_object(**bucket, Key="copy", CopySource=source)
    through.list_objects_v2(**bucket)
    through.delete_object(**source)
    through.delete_objects(**bucket, Delete={"Objects": [{"Key": "copy"}]})
    assert s3.proxy.operations() == [
        "PutObject",
        "HeadObject",
        "GetObject",
        "CopyObject",
        "ListObjectsV2",
        "DeleteObject",
        "DeleteObjects",
    ]


def test_every_call_of_a_multipart_upload_has_its_name(s3, bucket, through):
    s3.put("source", b"hello")
    upload = {**bucket, "Key": "k", "UploadId": through.create_multipart_upload(**bucket, Key="k")["UploadId"]}
    through.upload_part(**upload, PartNumber=1, Body=b"h")
    copied = through.upload_part_copy(**upload, PartNumber=1, CopySource={**bucket, "Key": "source"})
    through.list_parts(**upload)
    through.list_multipart_uploads(**bucket)
    assert s3.uploads() == {upload["UploadId"]: "k"}
    parts = [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}]
    through.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    other = through.create_multipart_upload(**bucket, Key="other")["UploadId"]
    through.abort_multipart_upload(**bucket, Key="other", UploadId=other)
    assert s3.proxy.operations() == [
        "CreateMultipartUpload",
        "UploadPart",
        "UploadPartCopy",
        "ListParts",
        "ListMultipartUploads",
        "CompleteMultipartUpload",
        "CreateMultipartUpload",
        "AbortMultipartUpload",
    ]
    assert (s3.body("k"), s3.uploads()) == (b"hello", {})


def test_calls_about_the_bucket_have_their_names(s3, bucket, through):
    rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}
    through.head_bucket(**bucket)
    through.put_bucket_cors(**bucket, CORSConfiguration={"CORSRules": [rule]})
    through.get_bucket_cors(**bucket)
    through.list_buckets()
    assert s3.proxy.operations() == ["HeadBucket", "PutBucketCors", "GetBucketCors", "GET /"]


def test_calls_are_recorded_with_their_outcome(s3, bucket, through):
    through.put_object(**bucket, Key="a/b", Body=b"hello")
    through.get_object(**bucket, Key="a/b")["Body"].close()
    with pytest.raises(ClientError):
        through.head_object(**bucket, Key="nothing")
    outcomes = [(call.operation, call.key, call.status, call.bytes_in, call.bytes_out) for call in s3.proxy.calls]
    assert outcomes == [
        ("PutObject", "a/b", 200, 5, 0),
        ("GetObject", "a/b", 200, 0, 5),
        ("HeadObject", "nothing", 404, 0, 0),
    ]


def test_the_second_call_fails_before_anything_is_done(s3, bucket, through):
    plan = s3.proxy.plan("PutObject", fail(503, "SlowDown"), call=2)
    through.put_object(**bucket, Key="first", Body=b"1")
    with pytest.raises(ClientError, match="SlowDown"):
        through.put_object(**bucket, Key="second", Body=b"2")
    through.put_object(**bucket, Key="third", Body=b"3")
    assert s3.keys() == ["first", "third"]
    assert [(call.key, call.status) for call in plan.met] == [("second", 503)]


def test_a_copy_fails_with_a_good_status(s3, bucket, through):
    s3.put("k", b"hello")
    s3.proxy.plan("CopyObject", fail(200, "InternalError"))
    with pytest.raises(ClientError, match="InternalError"):
        through.copy_object(**bucket, Key="copy", CopySource={**bucket, "Key": "k"})
    assert (s3.keys(), s3.proxy.calls[0].status) == (["k"], 200)


def test_a_call_is_said_to_have_failed_after_the_deed(s3, bucket, through):
    s3.proxy.plan("PutObject", fail_late(500, "InternalError"))
    with pytest.raises(ClientError, match="InternalError"):
        through.put_object(**bucket, Key="k", Body=b"hello")
    assert s3.body("k") == b"hello"


def test_calls_of_other_operations_do_not_count(s3, bucket, through):
    s3.put("k", b"hello")
    s3.proxy.plan("DeleteObject", fail(500, "InternalError"))
    through.head_object(**bucket, Key="k")
    with pytest.raises(ClientError, match="InternalError"):
        through.delete_object(**bucket, Key="k")


def test_any_call_can_be_planned_for(s3, bucket, through):
    plan = s3.proxy.plan(ANY, fail(403, "AccessDenied"), call=2)
    through.put_object(**bucket, Key="k", Body=b"hello")
    with pytest.raises(ClientError, match="403"):
        through.head_object(**bucket, Key="k")
    assert [call.operation for call in plan.met] == ["HeadObject"]


def test_an_answer_is_lost_after_the_deed(s3, bucket, through):
    s3.proxy.plan("PutObject", lose_answer())
    with pytest.raises(ConnectionClosedError):
        through.put_object(**bucket, Key="k", Body=b"hello")
    assert s3.body("k") == b"hello"
    assert s3.proxy.calls[0].status == 0


def test_a_connection_is_cut_before_the_deed(s3, bucket, through):
    s3.proxy.plan("PutObject", cut())
    with pytest.raises(ConnectionClosedError):
        through.put_object(**bucket, Key="k", Body=b"hello")
    assert s3.keys() == []


def test_a_client_that_tries_again_gets_through(s3, bucket):
    s3.proxy.plan("PutObject", lose_answer())
    client = make_client(s3.endpoint_url, s3.credentials, retries={"total_max_attempts": 2, "mode": "standard"})
    client.put_object(**bucket, Key="k", Body=b"hello")
    client.close()
    assert [call.status for call in s3.proxy.calls] == [0, 200]


def test_half_of_a_body_is_answered(s3, bucket, through):
    s3.put("k", b"hello!")
    s3.proxy.plan("GetObject", halve_answer())
    stream = through.get_object(**bucket, Key="k")["Body"]
    with pytest.raises(ResponseStreamingError):
        stream.read()
    assert s3.proxy.calls[0].bytes_out == 3


def test_a_call_is_delayed_beyond_the_patience_of_a_client(s3, bucket, through):
    s3.put("k", b"hello")
    s3.proxy.plan("HeadObject", delay(60))  # the end of the test ends it
    client = make_client(s3.endpoint_url, s3.credentials, read_timeout=0.2, retries={"total_max_attempts": 1})
    with pytest.raises(ReadTimeoutError):
        client.head_object(**bucket, Key="k")
    client.close()
    assert s3.proxy.operations() == ["HeadObject"]


def test_a_call_is_done_after_its_delay(s3, bucket, through):
    s3.proxy.plan("PutObject", delay(0.01))
    through.put_object(**bucket, Key="k", Body=b"hello")
    assert s3.body("k") == b"hello"


def test_a_call_is_done_twice(s3, bucket, through):
    s3.proxy.plan("CreateMultipartUpload", repeat())
    through.create_multipart_upload(**bucket, Key="k")
    assert list(s3.uploads().values()) == ["k", "k"]


def test_a_body_that_is_sent_twice_is_whole_both_times(s3, bucket, through):
    s3.proxy.plan("PutObject", repeat())
    through.put_object(**bucket, Key="k", Body=b"hello")
    assert s3.body("k") == b"hello"


def test_the_source_is_swapped_right_before_the_copy(s3, bucket, through):
    etag = s3.put("staging", b"hello")
    s3.proxy.plan("CopyObject", before(lambda _: s3.put("staging", b"other")))
    with pytest.raises(ClientError, match="PreconditionFailed"):
        through.copy_object(**bucket, Key="k", CopySource={**bucket, "Key": "staging"}, CopySourceIfMatch=etag)
    assert s3.keys() == ["staging"]


def test_a_test_acts_after_the_deed(s3, bucket, through):
    seen = []
    s3.proxy.plan("PutObject", after(lambda call: seen.append((call.key, s3.body(call.key)))))
    through.put_object(**bucket, Key="k", Body=b"hello")
    assert seen == [("k", b"hello")]


def test_faults_of_one_call_add_up(s3, bucket, through):
    s3.proxy.plan("PutObject", lose_answer())
    s3.proxy.plan("PutObject", before(lambda _: s3.put("before", b"")))
    with pytest.raises(ConnectionClosedError):
        through.put_object(**bucket, Key="k", Body=b"hello")
    assert s3.keys() == ["before", "k"]


def test_the_answer_of_a_refused_copy_is_lost_as_well(s3, bucket, through):
    s3.proxy.plan("CopyObject", lose_answer())
    with pytest.raises(ConnectionClosedError):
        through.copy_object(**bucket, Key="k", CopySource={**bucket, "Key": "nothing"})


def test_a_store_is_down_for_a_while(s3, bucket, through):
    with s3.proxy.down() as outage, pytest.raises(ConnectionClosedError):
        through.head_bucket(**bucket)
    assert through.head_bucket(**bucket)
    assert len(outage.met) == 1


def test_refused_requests_meet_no_plan(s3, bucket, through):
    plan = s3.proxy.plan("GetObject", cut())
    assert httpx.get(f"{s3.endpoint_url}/{s3.bucket}/k").status_code == 403
    assert plan.met == []


def test_calls_go_on_beside_one_that_waits(s3, bucket, through):
    barrier = Barrier(2, timeout=30)
    url = through.generate_presigned_url("put_object", Params={**bucket, "Key": "k"})
    s3.proxy.plan("PutObject", before(lambda _: barrier.wait()))
    s3.proxy.plan("HeadBucket", before(lambda _: barrier.wait()))
    with ThreadPoolExecutor(1) as pool:
        put = pool.submit(httpx.put, url, content=b"hello")
        through.head_bucket(**bucket)
        assert put.result().status_code == 200


def test_more_than_fits_in_memory_passes(s3, bucket, through):
    body = bytes(range(256)) * 12_000
    through.put_object(**bucket, Key="k", Body=body)
    stream = through.get_object(**bucket, Key="k")["Body"]
    assert stream.read() == body
    assert s3.body("k") == body
