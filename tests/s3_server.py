"""A store that speaks S3: moto in a process of its own, started when a test first asks, and a bucket for each test."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import live
from tests.s3_proxy import S3Proxy
from tests.sigv4 import Credentials

CREDENTIALS = Credentials("AKHOLDALL", "holdall's secret")


class Moto:
    """It verifies nothing: a client that asks it directly sees what is really there."""

    def __init__(self, output: Path) -> None:
        self.port = live.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        module = ["moto.server", "--host", "127.0.0.1", "--port", str(self.port)]
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "objects_app.processes", str(os.getpid()), *module],
                cwd=live.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        live.wait_until(lambda: self.process.poll() is not None or self._answers())
        assert self.process.poll() is None, output.read_text()
        self.client = make_client(self.url, CREDENTIALS)

    def stop(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/moto-api/data.json", timeout=5).is_success
        except httpx.TransportError:
            return False


class S3:
    """A bucket of one test behind a proxy of its own. What is asked of the object itself does not pass the proxy."""

    def __init__(self, moto: Moto, credentials: Credentials = CREDENTIALS) -> None:
        self.moto, self.credentials = moto, credentials
        self.access_key, self.secret_key = credentials.access_key, credentials.secret_key
        self.region = credentials.region
        self.bucket = f"holdall-{secrets.token_hex(8)}"
        self.client().create_bucket(Bucket=self.bucket)
        self.proxy = S3Proxy(moto.port, credentials, self.cors)
        self.endpoint_url = self.proxy.url

    def client(self) -> Any:
        return self.moto.client

    def keys(self, prefix: str = "") -> list[str]:
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def body(self, key: str) -> bytes:
        with closing(self.client().get_object(Bucket=self.bucket, Key=key)["Body"]) as stream:
            return stream.read()

    def put(self, key: str, body: bytes) -> str:
        """Its ETag."""
        return self.client().put_object(Bucket=self.bucket, Key=key, Body=body)["ETag"]

    def cors(self, bucket: str) -> list[dict[str, Any]]:
        """The rules for pages of other origins; none before somebody has put some."""
        from botocore.exceptions import ClientError

        try:
            return self.client().get_bucket_cors(Bucket=bucket)["CORSRules"]
        except ClientError:
            return []

    def uploads(self) -> dict[str, str]:
        """The key of every multipart upload that is neither completed nor aborted, by its id."""
        found = self.client().list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        return {upload["UploadId"]: upload["Key"] for upload in found}

    def environment(self) -> dict[str, str]:
        """The settings of a server in a process of its own."""
        return {
            "OBJECT_STORAGE": "s3",
            "S3_BUCKET": self.bucket,
            "S3_ENDPOINT_URL": self.endpoint_url,
            "S3_REGION": self.region,
            "S3_ACCESS_KEY_ID": self.access_key,
            "S3_SECRET_ACCESS_KEY": self.secret_key,
            "S3_SESSION_TOKEN": self.credentials.session_token,
            "S3_ADDRESSING_STYLE": "path",
        }

    def stop(self) -> None:
        """The proxy first: nobody puts anything any more."""
        try:
            self.proxy.stop()
        finally:
            self._empty()

    def _empty(self) -> None:
        while keys := self.keys()[:1000]:
            doomed = [{"Key": key} for key in keys]
            self.client().delete_objects(Bucket=self.bucket, Delete={"Objects": doomed})
        for upload_id, key in self.uploads().items():
            self.client().abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        self.client().delete_bucket(Bucket=self.bucket)


def s3_storage(s3: S3, *, location: str = "deployment", **options: Any) -> Any:
    """The product's own storage on this bucket; a failing call is not tried again, so that a test sees each."""
    from objects_app.storage.s3 import S3Storage
    from objects_app.storage.s3_client import Clients

    backend = {
        "bucket_name": s3.bucket,
        "endpoint_url": s3.endpoint_url,
        "region_name": s3.region,
        "access_key": s3.access_key,
        "secret_key": s3.secret_key,
        "security_token": s3.credentials.session_token or None,
        "addressing_style": "path",
        "location": location,
    }
    clients = Clients(
        options=backend,
        public_endpoint_url="",
        connect_timeout=3,
        read_timeout=10,
        copy_timeout=20,
        attempts=1,
        checksums="when_required",
    )
    return S3Storage(clients, **options)


def make_client(endpoint_url: str, credentials: Credentials, **config: Any) -> Any:
    """Whoever makes it closes it."""
    import boto3  # a second that only tests of S3 pay
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.session_token or None,
        region_name=credentials.region,
        config=Config(**{"signature_version": "s3v4", "s3": {"addressing_style": "path"}} | config),
    )


@pytest.fixture(scope="session")
def moto(tmp_path_factory, _descriptions_read_once) -> Iterator[Moto]:
    server = Moto(tmp_path_factory.mktemp("moto") / "output")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _descriptions_read_once() -> Iterator[None]:
    """Every session of boto would read what it knows of S3 anew, which takes a quarter of a second."""
    import botocore.session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


@pytest.fixture
def bucket(monkeypatch, blobs, s3) -> Any:
    """The bucket is where the objects of this test are, instead of the storage in memory."""
    from django.conf import settings

    from objects_app import storage

    in_bucket = s3_storage(s3, young_blob=timedelta(0))
    in_bucket.prepare(holds_blobs=False)
    monkeypatch.setattr(settings, "S3_BACKEND", in_bucket.clients.options)
    monkeypatch.setattr(storage, "_make_storage", lambda: in_bucket)
    storage.get_storage.cache_clear()
    storage.other_storage.cache_clear()
    return in_bucket


@pytest.fixture
def s3(moto) -> Iterator[S3]:
    store = S3(moto)
    yield store
    store.stop()
