"""The bucket of an S3-compatible store, in the options of django-storages."""

import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ONE_PUT = 5 * 1024**3  # bytes: the most that a store takes in one PUT
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
OURS = {"file_overwrite", "signature_version", "client_config"}


def check_name(name: str, *, is_needed: bool) -> str:
    if is_needed and not name:
        raise ImproperlyConfigured("S3_BUCKET is missing: OBJECT_STORAGE=s3 needs the name of a bucket")
    if name and not NAME.fullmatch(name):
        raise ImproperlyConfigured(f"S3_BUCKET: '{name}' is no name of a bucket")
    return name


def check_endpoint(setting: str, url: str) -> str:
    if url and not _is_endpoint(url):
        raise ImproperlyConfigured(f"{setting} is not http(s)://HOST[:PORT]")
    return url.rstrip("/")


def _is_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and not parts.path.strip("/") + parts.query
        )
    except ValueError:
        return False


def backend_options(given: dict[str, str], *, further: str) -> dict[str, Any]:
    """Without keys, the usual places of AWS are searched: environment, profile, role of the machine."""
    options = {name: value for name, value in given.items() if value or name == "bucket_name"}
    return options | _further_options(further, taken=given.keys())


def _further_options(further: str, *, taken: Collection[str]) -> dict[str, Any]:
    try:
        options = json.loads(further or "{}")
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise ImproperlyConfigured("S3_OPTIONS is no JSON object")
    if ours := sorted(options.keys() & {*taken, *OURS}):
        raise ImproperlyConfigured(f"S3_OPTIONS: {', '.join(ours)} cannot be set there")
    return options


def origins(options: dict[str, Any], public_endpoint_url: str) -> list[str]:
    """Where a browser may be led to fetch bytes, whichever way the bucket is addressed."""
    name = options["bucket_name"]
    if not name:
        return []
    endpoint = urlsplit(public_endpoint_url or options.get("endpoint_url", ""))
    if endpoint.netloc:
        return [f"{endpoint.scheme}://{host}" for host in (endpoint.netloc, f"{name}.{endpoint.netloc}")]
    region = options.get("region_name", "us-east-1")
    return [f"https://{name}.s3.amazonaws.com", f"https://{name}.s3.{region}.amazonaws.com"]
