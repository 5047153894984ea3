"""What `doctor` tries of a bucket, the way clients use it, and the rules that the bucket itself should have."""

import hashlib
import json
import secrets
from datetime import timedelta

import urllib3
from django.conf import settings

from objects_app.storage import DirectStorage, digest_of

PROBE = secrets.token_bytes(64)
LIFETIME = timedelta(minutes=1)
STAGING_DAYS = 2
FORGOTTEN_PARTS_DAYS = 1


class RoundTripError(Exception):
    """Where the way of a client's bytes is cut."""


def round_trip(storage: DirectStorage) -> str:
    """PUT, copy and GET through the address that clients use; nothing of it stays."""
    staging_key, blob_key = storage.new_staging_key("obj_doctor"), storage.new_blob_key()
    try:
        upload = storage.presign_upload(staging_key, lifetime=LIFETIME, size=len(PROBE), sha256="")
        _request("PUT", upload.url, body=PROBE)
        storage.copy(staging_key, storage.head(staging_key), blob_key, note_upload=lambda _: None)
        url = storage.presign_download(
            blob_key, lifetime=LIFETIME, content_type="text/x-doctor", disposition='attachment; filename="doctor"'
        )
        answer = _request("GET", url)
        if answer.data != PROBE or digest_of(storage, blob_key) != hashlib.sha256(PROBE).hexdigest():
            raise RoundTripError("what was fetched is not what was sent")
        if answer.headers.get("Content-Type") != "text/x-doctor":
            raise RoundTripError("the store ignores the content type that a download URL asks for")
    finally:
        storage.delete([staging_key, blob_key])
    return f"PUT, copied and fetched through {_origin(upload.url)}"


def _request(method: str, url: str, body: bytes | None = None) -> urllib3.BaseHTTPResponse:
    """The message of a failure names the origin only: the rest of the URL is a secret."""
    pool = urllib3.PoolManager(ca_certs=settings.S3_BACKEND.get("verify"), timeout=10, retries=False)
    try:
        answer = pool.request(method, url, body=body)
    except urllib3.exceptions.HTTPError as error:
        raise RoundTripError(f"{_origin(url)} cannot be reached: {type(error).__name__}") from None
    finally:
        pool.clear()
    if answer.status != 200:
        raise RoundTripError(f"{_origin(url)} answered {answer.status} to a presigned {method}")
    return answer


def _origin(url: str) -> str:
    parts = urllib3.util.parse_url(url)
    return f"{parts.scheme}://{parts.netloc}"


def rules() -> str:
    """In the shape of `aws s3api put-bucket-cors` and `put-bucket-lifecycle-configuration`."""
    prefix = f"{location}/" if (location := settings.S3_BACKEND.get("location")) else ""
    cors = {
        "AllowedOrigins": [settings.PUBLIC_BASE_URL],
        "AllowedMethods": ["GET", "HEAD", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    staging = {
        "ID": "holdall-staging",
        "Status": "Enabled",
        "Filter": {"Prefix": f"{prefix}staging/"},
        "Expiration": {"Days": STAGING_DAYS},
    }
    parts = {
        "ID": "holdall-parts",
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": FORGOTTEN_PARTS_DAYS},
    }
    return (
        f"CORS rule of the bucket, for uploads from pages:\n{json.dumps({'CORSRules': [cors]}, indent=2)}\n"
        f"Lifecycle rules of the bucket, the net below the sweeps:\n{json.dumps({'Rules': [staging, parts]}, indent=2)}"
    )
