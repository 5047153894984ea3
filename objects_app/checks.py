"""Refuses to start insecurely, and says what looks unwise. Each message is one sentence that names the setting."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from objects_app.listening import host_of, is_wildcard, split_address

LOCATION = re.compile(r"(/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+/")
SHORTEST_SECRET_KEY = 32
SHORTEST_METRICS_TOKEN = 16
SHORTEST_UPLOAD_LIFETIME = timedelta(minutes=2)
LONGEST_URL_LIFETIME = timedelta(weeks=1)
NEVER_ZERO = (
    "UPLOAD_URL_LIFETIME",
    "UPLOAD_LIFETIME",
    "TRANSFER_IDLE_TIMEOUT",
    "TRANSFER_TOTAL_TIMEOUT",
    "SWEEP_UPLOADS_EVERY",
    "SWEEP_BYTES_EVERY",
    "SWEEP_LEFTOVERS_EVERY",
    "VERIFY_LENGTHS_EVERY",
    "VERIFY_DIGESTS_AFTER",
    "IDEMPOTENCY_LIFETIME",
    "SEAL_AUDIT_EVERY",
    "FIND_ANOMALIES_EVERY",
    "ANOMALY_UNUSED_AFTER",
)

# The other checks look at the code and load all of it, which takes longer than most commands.
OF_SETTINGS = [Tags.security]


@register(Tags.security)
def check_addresses(**_: Any) -> list[CheckMessage]:
    return [*_wrong_address(), *_wrong_public_base_url(), *_wrong_content_host(), *_wrong_hosts()]


@register(Tags.security)
def check_secrets(**_: Any) -> list[CheckMessage]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if all(len(key) >= SHORTEST_SECRET_KEY for key in keys):
        return []
    return [
        Error(
            f"SECRET_KEY and each of SECRET_KEY_FALLBACKS need at least {SHORTEST_SECRET_KEY} characters.",
            hint="Leave SECRET_KEY unset to have one made in the data folder.",
            id="holdall.E005",
        )
    ]


@register(Tags.security)
def check_shared_secret(**_: Any) -> list[CheckMessage]:
    if settings.SECRET_KEY_IS_GIVEN or not settings.DATABASE_URL:
        return []
    return [
        checks.Warning(
            "DATABASE_URL is set and SECRET_KEY is not: each machine makes its own and refuses the others' URLs.",
            id="holdall.W004",
        )
    ]


@register(Tags.security)
def check_front_server(**_: Any) -> Iterator[CheckMessage]:
    if not settings.X_ACCEL_LOCATION:
        return
    if not LOCATION.fullmatch(settings.X_ACCEL_LOCATION):
        yield Error("X_ACCEL_LOCATION is not a path with a slash at both ends, such as /_objects/.", id="holdall.E008")
    if not settings.TRUSTED_PROXIES:
        yield Error("X_ACCEL_LOCATION needs TRUSTED_PROXIES to name the server in front.", id="holdall.E009")


@register(Tags.security)
def check_body_folder(**_: Any) -> Iterator[CheckMessage]:
    folder = settings.UPLOAD_BODY_FOLDER
    if not folder:
        return
    if not settings.TRUSTED_PROXIES:
        yield Error("UPLOAD_BODY_FOLDER needs TRUSTED_PROXIES to name the server in front.", id="holdall.E011")
    if _device_of(folder) != _device_of(settings.BLOBS_DIR):
        yield checks.Warning(
            f"UPLOAD_BODY_FOLDER: {folder} is not on the file system of {settings.BLOBS_DIR}, so no upload succeeds.",
            id="holdall.W005",
        )


def _device_of(path: Path) -> int:
    """Of what is not there yet: where it would be made."""
    while not path.exists():
        path = path.parent
    return path.stat().st_dev


@register(Tags.security)
def check_metrics_token(**_: Any) -> list[CheckMessage]:
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= SHORTEST_METRICS_TOKEN:
        return []
    return [Error(f"METRICS_TOKEN needs at least {SHORTEST_METRICS_TOKEN} characters.", id="holdall.E007")]


@register(Tags.security)
def check_durations(**_: Any) -> list[CheckMessage]:
    zero = [name for name in NEVER_ZERO if not getattr(settings, name)]
    messages: list[CheckMessage] = [Error(f"{name} must be longer than 0.", id="holdall.E006") for name in zero]
    if settings.UPLOAD_URL_LIFETIME > LONGEST_URL_LIFETIME:
        messages.append(
            checks.Warning(
                "UPLOAD_URL_LIFETIME is over a week: whoever finds such a URL can use it.", id="holdall.W001"
            )
        )
    if settings.UPLOAD_URL_LIFETIME > settings.UPLOAD_LIFETIME:
        messages.append(
            checks.Warning(
                "UPLOAD_URL_LIFETIME is over UPLOAD_LIFETIME: uploads expire while their URL looks valid.",
                id="holdall.W002",
            )
        )
    if timedelta(0) < settings.UPLOAD_LIFETIME < SHORTEST_UPLOAD_LIFETIME:
        messages.append(
            checks.Warning(
                "UPLOAD_LIFETIME is under 2m: a running upload is noted every minute, so slow ones expire.",
                id="holdall.W003",
            )
        )
    return messages


def _wrong_address() -> Iterator[CheckMessage]:
    try:
        split_address(settings.ADDRESS)
    except ValueError as error:
        yield Error(f"ADDRESS: {error}.", id="holdall.E001")


def _wrong_public_base_url() -> Iterator[CheckMessage]:
    url = urlsplit(settings.PUBLIC_BASE_URL)
    if not _is_origin(url):
        yield Error(
            f"PUBLIC_BASE_URL: '{settings.PUBLIC_BASE_URL}' is not http(s)://HOST[:PORT] and nothing more.",
            id="holdall.E002",
        )
    elif is_wildcard(url.hostname or ""):
        yield Error(
            f"PUBLIC_BASE_URL: nobody can reach {settings.PUBLIC_BASE_URL}.",
            hint="ADDRESS is a wildcard, so set PUBLIC_BASE_URL to what clients use, such as https://objects.example.com.",
            id="holdall.E002",
        )


def _wrong_content_host() -> Iterator[CheckMessage]:
    if not settings.CONTENT_HOST:
        return
    host = host_of(settings.CONTENT_HOST)
    if not _is_authority(settings.CONTENT_HOST):
        yield Error(
            f"CONTENT_HOST: '{settings.CONTENT_HOST}' is not HOST[:PORT], such as content.example.com.",
            id="holdall.E010",
        )
    elif is_wildcard(host) or host == settings.PUBLIC_HOST:
        yield Error(
            "CONTENT_HOST is to be another host name than that of PUBLIC_BASE_URL: cookies know no ports.",
            id="holdall.E010",
        )


def _is_authority(text: str) -> bool:
    """Whether it is HOST[:PORT]."""
    has_port = text.rpartition(":")[0] and text.rpartition(":")[2].isdigit()
    try:
        split_address(text if has_port else f"{text}:80")
    except ValueError:
        return False
    return True


def _is_origin(url: SplitResult) -> bool:
    return _is_authority(url.netloc) and url.scheme in {"http", "https"} and not (url.path or url.query or url.fragment)


def _wrong_hosts() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS holds '*', so anybody could choose the host name that our links carry.",
            hint="Name the hosts.",
            id="holdall.E003",
        )
