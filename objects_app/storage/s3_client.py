"""Connections to a store: for calls, for copies, which take longer, and to sign for the address that clients use.

django-storages makes them from its own documented options, which S3_OPTIONS may add to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage as Backend
from urllib3.exceptions import HTTPError

from objects_app.errors import StorageFull, StorageUnavailable

NO_ROOM = {"QuotaExceeded", "InsufficientStorage", "507", "XMinioStorageFull"}
UPLOAD_OVER = {"NoSuchUpload", "404"}
CONNECTIONS = 32  # one for each thread that may call the store at the same time, and some


@contextmanager
def naming_failures() -> Iterator[None]:
    """What a store or the way to it did wrong. No message repeats a URL: it may be signed."""
    try:
        yield
    except ClientError as error:
        if code_of(error) in NO_ROOM:
            raise StorageFull from error
        raise StorageUnavailable(f"The store answered {code_of(error)} to {error.operation_name}.") from error
    except (BotoCoreError, HTTPError, OSError) as error:
        raise StorageUnavailable(f"The store cannot be reached: {type(error).__name__}.") from error


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def abort_multipart(client: Any, place: dict[str, Any], upload_id: str) -> None:
    """One that is over is no error."""
    try:
        client.abort_multipart_upload(**place, UploadId=upload_id)
    except ClientError as refusal:
        if code_of(refusal) not in UPLOAD_OVER:
            raise


@dataclass(frozen=True)
class Clients:
    """`options` are those of django-storages; `timeouts` in seconds."""

    options: dict[str, Any]
    public_endpoint_url: str
    connect_timeout: float
    read_timeout: float
    copy_timeout: float
    attempts: int
    checksums: str

    Refused = ClientError

    @classmethod
    def from_settings(cls) -> "Clients":
        return cls(
            options=settings.S3_BACKEND,
            public_endpoint_url=settings.S3_PUBLIC_ENDPOINT_URL,
            connect_timeout=settings.S3_CONNECT_TIMEOUT.total_seconds(),
            read_timeout=settings.S3_READ_TIMEOUT.total_seconds(),
            copy_timeout=settings.S3_COPY_TIMEOUT.total_seconds(),
            attempts=settings.S3_ATTEMPTS,
            checksums=settings.S3_CHECKSUMS,
        )

    @property
    def bucket(self) -> str:
        bucket: str = self.options["bucket_name"]
        return bucket

    @cached_property
    def prefix(self) -> str:
        location: str = self.options.get("location", "")
        return f"{location}/" if location else ""

    @property
    def computes_checksums(self) -> bool:
        """Whether the store may be asked for the checksums that only newer ones know."""
        return self.checksums == "when_supported"

    @property
    def object_parameters(self) -> dict[str, Any]:
        """What every new blob gets: a storage class, an encryption."""
        parameters: dict[str, Any] = self.options.get("object_parameters", {})
        return parameters

    @cached_property
    def internal(self) -> Any:
        return self._client(self.options, self.read_timeout)

    @cached_property
    def copying(self) -> Any:
        return self._client(self.options, self.copy_timeout)

    @cached_property
    def public(self) -> Any:
        """It only signs, for the address under which clients reach the store, which is signed too."""
        endpoint = {"endpoint_url": self.public_endpoint_url} if self.public_endpoint_url else {}
        return self._client({**self.options, **endpoint}, self.read_timeout)

    def _client(self, options: dict[str, Any], read_timeout: float) -> Any:
        config = Config(
            connect_timeout=self.connect_timeout,
            read_timeout=read_timeout,
            retries={"total_max_attempts": self.attempts, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": options.get("addressing_style", "auto")},
            proxies=options.get("proxies"),
            request_checksum_calculation=self.checksums,
            response_checksum_validation=self.checksums,
            max_pool_connections=CONNECTIONS,
            tcp_keepalive=True,
        )
        return Backend(**options, client_config=config).connection.meta.client

    def presign(self, operation: str, parameters: dict[str, Any], lifetime: timedelta) -> str:
        """Stores count the lifetime in whole seconds, from one on."""
        seconds = max(int(lifetime.total_seconds()), 1)
        with naming_failures():
            url: str = self.public.generate_presigned_url(operation, Params=parameters, ExpiresIn=seconds)
        return url

    def clipped(self, lifetime: timedelta) -> timedelta:
        """A URL ends with the credentials that signed it, where those are temporary."""
        credentials = self.public._request_signer._credentials  # noqa: SLF001  there is no other way to them
        ends_at = getattr(credentials, "_expiry_time", None)
        if ends_at is None:
            return lifetime
        left: timedelta = ends_at - datetime.now(UTC)
        return max(min(lifetime, left), timedelta(seconds=1))
