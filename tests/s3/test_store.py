"""The store that a test is given: its own bucket, its own proxy, nothing left over."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from tests.s3.faults import before
from tests.s3_server import CREDENTIALS, S3, make_client


def test_a_server_of_its_own_is_told_where_the_store_is(s3):
    settings = s3.environment()
    assert settings["S3_ENDPOINT_URL"] == s3.proxy.url
    assert (settings["S3_BUCKET"], settings["S3_REGION"]) == (s3.bucket, "us-east-1")
    assert (settings["S3_ACCESS_KEY_ID"], settings["S3_SECRET_ACCESS_KEY"]) == (s3.access_key, s3.secret_key)


def test_nothing_is_left_of_a_store(moto):
    store = S3(moto)
    store.put("k", b"hello")
    store.client().create_multipart_upload(Bucket=store.bucket, Key="unfinished")
    store.stop()
    assert store.bucket not in [found["Name"] for found in moto.client.list_buckets()["Buckets"]]


def test_a_store_can_ask_for_temporary_credentials(moto):
    store = S3(moto, replace(CREDENTIALS, session_token="to/ken="))
    holder = make_client(store.endpoint_url, store.credentials)
    stranger = make_client(store.endpoint_url, CREDENTIALS)
    assert holder.head_bucket(Bucket=store.bucket)
    with pytest.raises(ClientError, match="InvalidToken"):
        stranger.list_objects_v2(Bucket=store.bucket)
    assert store.environment()["S3_SESSION_TOKEN"] == "to/ken="
    holder.close()
    stranger.close()
    store.stop()


def test_what_goes_wrong_in_the_proxy_is_told_at_the_end(moto):
    store = S3(moto)
    client = make_client(store.endpoint_url, store.credentials, retries={"total_max_attempts": 1})
    store.proxy.plan("HeadBucket", before(lambda _: 1 / 0))
    with pytest.raises(Exception, match="Connection was closed"):
        client.head_bucket(Bucket=store.bucket)
    client.close()
    with pytest.raises(ExceptionGroup, match="the proxy failed") as told:
        store.stop()
    assert [type(failure) for failure in told.value.exceptions] == [ZeroDivisionError]
