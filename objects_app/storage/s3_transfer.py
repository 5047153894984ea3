"""Blobs that this process itself sends to a store, in parts as they come, or fetches from it."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.storage.s3_client import Clients, abort_multipart, naming_failures

PART = 16 * 1024 * 1024  # bytes in memory for each blob on its way in; 10,000 parts are the most that a store takes


class S3Writer:
    """Small blobs go in one call, larger ones in parts, which nobody sees until all are there."""

    def __init__(self, clients: Clients, key: str) -> None:
        self.client = clients.internal
        self.parameters = clients.object_parameters
        self.key = key
        self.place = {"Bucket": clients.bucket, "Key": clients.prefix + key}
        self.buffer = bytearray()
        self.upload_id = ""
        self.parts: list[dict[str, Any]] = []
        self.committed = False

    def write(self, blocks: Iterable[bytes]) -> None:
        for block in blocks:
            self.buffer += block
            while len(self.buffer) >= PART:
                self._send_part(bytes(self.buffer[:PART]))
                del self.buffer[:PART]

    def _send_part(self, body: bytes) -> None:
        with naming_failures():
            if not self.upload_id:
                begun = self.client.create_multipart_upload(**self.place, **self.parameters)
                self.upload_id = begun["UploadId"]
            number = len(self.parts) + 1
            sent = self.client.upload_part(**self.place, UploadId=self.upload_id, PartNumber=number, Body=body)
            self.parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    def commit(self) -> str:
        with naming_failures():
            if not self.upload_id:
                self.client.put_object(**self.place, **self.parameters, Body=bytes(self.buffer))
            else:
                if self.buffer:
                    self._send_part(bytes(self.buffer))
                parts = {"Parts": self.parts}
                self.client.complete_multipart_upload(**self.place, UploadId=self.upload_id, MultipartUpload=parts)
        self.committed = True
        self.buffer.clear()
        return self.key

    def discard(self) -> None:
        """Where the store does not answer, the rest stays for the sweeps of orphans and parts."""
        self.buffer.clear()
        if self.committed:
            return
        with suppress(StorageUnavailable, StorageFull), naming_failures():
            if self.upload_id:
                abort_multipart(self.client, self.place, self.upload_id)
            self.client.delete_object(**self.place)  # it is there when only the answer to the commit was lost

    def release(self) -> None:
        """A store has no locks."""


class S3Reader:
    """One stream for as long as reading goes on in order; another place begins another stream of the same content."""

    def __init__(self, client: Any, place: dict[str, Any]) -> None:
        self.client = client
        self.place = place
        found = client.get_object(**place)
        self.size: int = found["ContentLength"]
        self.etag = found["ETag"]
        self.body = found["Body"]
        self.position = 0

    def read_at(self, offset: int, length: int) -> bytes:
        if offset >= self.size or not length:
            return b""
        with naming_failures():
            if offset != self.position or self.body is None:
                self._begin_at(offset)
            block: bytes = self.body.read(length)
        self.position += len(block)
        return block

    def _begin_at(self, offset: int) -> None:
        self.close()
        found = self.client.get_object(**self.place, Range=f"bytes={offset}-", IfMatch=self.etag)
        self.body, self.position = found["Body"], offset

    def close(self) -> None:
        body, self.body = self.body, None
        if body is not None:
            body.close()
