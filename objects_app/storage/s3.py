"""Blobs in a bucket of any S3-compatible store. Clients send and fetch theirs by presigned URLs.

Final keys are `blob/RANDOM` and named by nobody but this code; clients PUT to `staging/OBJECT/RANDOM`. The prefix of
the deployment stands before both in the bucket and in no row.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings

from objects_app.errors import StorageUnavailable
from objects_app.storage.base import (
    MARKER,
    STAGING,
    BlobChanged,
    BlobEntry,
    BlobHead,
    BlobNotFound,
    PresignedUpload,
    new_key,
)
from objects_app.storage.s3_client import Clients, abort_multipart, code_of, naming_failures
from objects_app.storage.s3_transfer import S3Reader, S3Writer

KEY = re.compile(r"blob/[0-9a-f]{48}|staging/obj_[0-9A-Za-z_-]+/[0-9a-f]{48}")
DELETED_AT_ONCE = 1000
LARGEST_COPY = 5 * 1024**3  # bytes that one CopyObject takes; larger blobs are copied in parts
COPIED_PART = 512 * 1024**2
# A store has no locks: what is younger may be a blob whose row is just being written, or a part of one.
YOUNG_BLOB = timedelta(minutes=10)
GONE = {"404", "NoSuchKey", "NotFound"}
CHANGED = {"412", "PreconditionFailed"}
NOT_OFFERED = {"NotImplemented", "MethodNotAllowed"}


class S3Storage:
    is_bucket = True

    def __init__(self, clients: Clients, *, young_blob: timedelta = YOUNG_BLOB) -> None:
        self.clients = clients
        self.bucket = clients.bucket
        self.prefix = clients.prefix
        self.young_blob = young_blob

    @classmethod
    def from_settings(cls) -> "S3Storage":
        """AWS dates a blob that was sent in parts by the beginning of its upload."""
        is_proxy = settings.UPLOAD_DELIVERY == "proxy"
        return cls(Clients.from_settings(), young_blob=settings.TRANSFER_TOTAL_TIMEOUT if is_proxy else YOUNG_BLOB)

    def owns(self, key: str) -> bool:
        return key.startswith(("blob/", STAGING))

    def is_there(self) -> bool:
        return True

    def prepare(self, *, holds_blobs: bool) -> None:
        """The marker tells this bucket and prefix from others, in which every object would seem to be lost."""
        with naming_failures():
            if holds_blobs and not self._sees_marker():
                raise StorageUnavailable(
                    f"Bucket {self.bucket} does not hold the objects: is S3_BUCKET or S3_PREFIX wrong?"
                )
            self.clients.internal.put_object(Bucket=self.bucket, Key=self.prefix + MARKER, Body=b"")

    def new_blob_key(self) -> str:
        return f"blob/{new_key()}"

    def new_staging_key(self, object_id: str) -> str:
        return f"{STAGING}{object_id}/{new_key()}"

    def is_staging_key(self, key: str) -> bool:
        return key.startswith(STAGING)

    def create(self) -> S3Writer:
        return S3Writer(self.clients, self.new_blob_key())

    def open(self, key: str) -> S3Reader:
        with naming_failures(), self._finding(key):
            return S3Reader(self.clients.internal, self._place(key))

    def size_of(self, key: str) -> int:
        return self.head(key).size

    def head(self, key: str) -> BlobHead:
        with naming_failures(), self._finding(key):
            found = self.clients.internal.head_object(**self._place(key), ChecksumMode="ENABLED")
        return BlobHead(found["ContentLength"], found["ETag"], _whole_sha256(found))

    def delete(self, keys: Iterable[str]) -> None:
        """In batches; a store that knows no batches is asked for each."""
        wanted = [self.prefix + key for key in keys if KEY.fullmatch(key)]
        with naming_failures():
            for start in range(0, len(wanted), DELETED_AT_ONCE):
                self._delete_batch(wanted[start : start + DELETED_AT_ONCE])

    def _delete_batch(self, places: list[str]) -> None:
        if len(places) > 1:
            try:
                self._delete_many(places)
            except self.clients.Refused as refusal:
                if code_of(refusal) not in NOT_OFFERED:
                    raise
            else:
                return
        for place in places:
            self.clients.internal.delete_object(Bucket=self.bucket, Key=place)

    def _delete_many(self, places: list[str]) -> None:
        doomed = {"Objects": [{"Key": place} for place in places], "Quiet": True}
        answer = self.clients.internal.delete_objects(Bucket=self.bucket, Delete=doomed)
        failed = [error for error in answer.get("Errors", []) if error.get("Code") not in GONE]
        if failed:
            raise StorageUnavailable(f"{len(failed)} of {len(places)} blobs were not deleted: {failed[0].get('Code')}")

    def free_bytes(self) -> None:
        return None

    def list_blobs(self, *, after: str = "") -> Iterator[BlobEntry]:
        """Staged ones too. One page of the store's listing is held in memory."""
        newest = datetime.now(UTC) - self.young_blob
        start = {"StartAfter": self.prefix + after} if after else {}
        pages = self.clients.internal.get_paginator("list_objects_v2")
        with naming_failures():
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix, **start):
                for found in page.get("Contents", []):
                    key = found["Key"].removeprefix(self.prefix)
                    if KEY.fullmatch(key) and found["LastModified"] <= newest:
                        yield BlobEntry(key, found["Size"], found["LastModified"])

    def list_parts(self) -> Iterator[BlobEntry]:
        """Uploads in parts that are older than any transfer may be. The store does not say how large they are."""
        oldest = datetime.now(UTC) - settings.TRANSFER_TOTAL_TIMEOUT
        for found in self._unfinished(self.prefix):
            key = found["Key"].removeprefix(self.prefix)
            if KEY.fullmatch(key) and found["Initiated"] <= oldest:
                yield BlobEntry(key, 0, found["Initiated"])

    def _unfinished(self, prefix: str) -> Iterator[dict[str, Any]]:
        pages = self.clients.internal.get_paginator("list_multipart_uploads")
        with naming_failures():
            try:
                for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
                    yield from page.get("Uploads", [])
            except self.clients.Refused as refusal:
                if code_of(refusal) not in NOT_OFFERED:
                    raise

    def delete_orphan(self, key: str, *, is_named: Callable[[], bool]) -> bool:
        """A row names a random key before the blob is there, or a moment after: what is old and unnamed stays so."""
        if not KEY.fullmatch(key) or is_named():
            return False
        self.delete([key])
        return True

    def delete_part(self, key: str) -> bool:
        unfinished = [found["UploadId"] for found in self._unfinished(self.prefix + key)]
        for upload_id in unfinished:
            self.abort_upload(key, upload_id)
        return bool(unfinished)

    def abort_upload(self, key: str, upload_id: str) -> None:
        with naming_failures():
            abort_multipart(self.clients.internal, self._place(key), upload_id)

    def presign_upload(
        self, staging_key: str, *, lifetime: timedelta, size: int | None, sha256: str
    ) -> PresignedUpload:
        """Host alone is signed, so that a plain PUT needs no header; what was declared is signed too."""
        lifetime = self.clients.clipped(lifetime)
        declared: dict[str, Any] = {}
        headers = {}
        if size is not None:
            declared["ContentLength"] = size
            headers["Content-Length"] = str(size)
        if sha256:
            declared["ChecksumSHA256"] = base64.b64encode(bytes.fromhex(sha256)).decode()
            headers["x-amz-checksum-sha256"] = declared["ChecksumSHA256"]
        url = self.clients.presign("put_object", {**self._place(staging_key), **declared}, lifetime)
        return PresignedUpload(url, lifetime, headers)

    def presign_download(self, key: str, *, lifetime: timedelta, content_type: str, disposition: str) -> str:
        answer = {
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "private, no-store",
        }
        return self.clients.presign("get_object", {**self._place(key), **answer}, self.clients.clipped(lifetime))

    def copy(self, staging_key: str, head: BlobHead, blob_key: str, *, note_upload: Callable[[str], None]) -> str:
        source = {"CopySource": self._place(staging_key), "CopySourceIfMatch": head.etag}
        with naming_failures(), self._finding_unchanged(staging_key):
            if head.size > LARGEST_COPY:
                self._copy_in_parts(source, head.size, blob_key, note_upload)
                if not self._keeps_conditions and not _is_same(head.etag, self.head(staging_key).etag):
                    raise BlobChanged(staging_key)
                return ""
            computed = {"ChecksumAlgorithm": "SHA256"} if self.clients.computes_checksums else {}
            target = {**self._place(blob_key), **self.clients.object_parameters}
            copied = self.clients.copying.copy_object(**target, **source, **computed)
            result = copied.get("CopyObjectResult", {})
            if not _is_same(head.etag, result.get("ETag", "")) and not self._keeps_conditions:
                raise BlobChanged(staging_key)
            return _whole_sha256(result)

    @cached_property
    def _keeps_conditions(self) -> bool:
        """Some stores take the condition of a copy and ignore it (Ceph's gateway does); then the ETag has to tell.

        Tried on the marker, once in each process where it matters: nobody may copy it under another ETag than its own.
        """
        marker = {"Bucket": self.bucket, "Key": self.prefix + MARKER}
        copied = {"Bucket": self.bucket, "Key": self.prefix + MARKER + "-copy"}
        try:
            self.clients.internal.copy_object(**copied, CopySource=marker, CopySourceIfMatch=f'"{"0" * 32}"')
        except self.clients.Refused as refusal:
            if code_of(refusal) not in CHANGED:
                raise
            return True
        self.clients.internal.delete_object(**copied)
        return False

    def _copy_in_parts(
        self, source: dict[str, Any], size: int, blob_key: str, note_upload: Callable[[str], None]
    ) -> None:
        client, place = self.clients.copying, self._place(blob_key)
        upload_id = client.create_multipart_upload(**place, **self.clients.object_parameters)["UploadId"]
        note_upload(upload_id)
        parts = []
        try:
            for number, start in enumerate(range(0, size, COPIED_PART), 1):
                end = min(start + COPIED_PART, size)
                part = {"UploadId": upload_id, "PartNumber": number, "CopySourceRange": f"bytes={start}-{end - 1}"}
                copied = client.upload_part_copy(**place, **source, **part)
                parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
            client.complete_multipart_upload(**place, UploadId=upload_id, MultipartUpload={"Parts": parts})
        except BaseException:
            with suppress(StorageUnavailable):
                self.abort_upload(blob_key, upload_id)
            raise

    def _place(self, key: str) -> dict[str, Any]:
        if not KEY.fullmatch(key):
            raise BlobNotFound(key)
        return {"Bucket": self.bucket, "Key": self.prefix + key}

    @contextmanager
    def _finding(self, key: str) -> Iterator[None]:
        """Another bucket than ours has lost no blob."""
        try:
            yield
        except self.clients.Refused as refusal:
            if code_of(refusal) not in GONE:
                raise
            if not self._sees_marker():
                raise StorageUnavailable(f"Bucket {self.bucket} does not hold the objects.") from refusal
            raise BlobNotFound(key) from refusal

    @contextmanager
    def _finding_unchanged(self, key: str) -> Iterator[None]:
        try:
            with self._finding(key):
                yield
        except self.clients.Refused as refusal:
            if code_of(refusal) not in CHANGED:
                raise
            raise BlobChanged(key) from refusal

    def _sees_marker(self) -> bool:
        try:
            self.clients.internal.head_object(Bucket=self.bucket, Key=self.prefix + MARKER)
        except self.clients.Refused as refusal:
            if code_of(refusal) not in GONE:
                raise
            return False
        return True


def _is_same(etag: str, other: str) -> bool:
    return etag.strip('"') == other.strip('"')


def _whole_sha256(answer: dict[str, Any]) -> str:
    """Of the whole content; what a store computes over parts is a checksum of checksums, and ends in their number."""
    checksum = answer.get("ChecksumSHA256", "")
    if not checksum or "-" in checksum or answer.get("ChecksumType", "FULL_OBJECT") != "FULL_OBJECT":
        return ""
    return base64.b64decode(checksum).hex()
