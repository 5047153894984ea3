"""The settings in effect. A value is shown where its name stands below, and masked everywhere else: a new one, too."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from objects_app import access
from objects_app.admin import site
from objects_app.admin.base import staff_actor

PLAIN = {
    "Where things are": ("DATA_DIR", "ADDRESS", "PUBLIC_BASE_URL", "CONTENT_HOST", "DATABASE_URL", "REDIS_URL"),
    "Objects": (
        "OBJECT_STORAGE",
        "UPLOAD_DELIVERY",
        "DOWNLOAD_DELIVERY",
        "MAX_OBJECT_BYTES",
        "UPLOAD_URL_LIFETIME",
        "UPLOAD_LIFETIME",
        "IDEMPOTENCY_LIFETIME",
    ),
    "Bucket": (
        "S3_BUCKET",
        "S3_ENDPOINT_URL",
        "S3_PUBLIC_ENDPOINT_URL",
        "S3_REGION",
        "S3_CA_BUNDLE",
        "S3_PREFIX",
        "S3_ADDRESSING_STYLE",
        "S3_CHECKSUMS",
        "S3_CONNECT_TIMEOUT",
        "S3_READ_TIMEOUT",
        "S3_COPY_TIMEOUT",
        "S3_ATTEMPTS",
    ),
    "Access": (
        "ALLOWED_HOSTS",
        "TRUSTED_PROXIES",
        "PUBLIC_PAGES",
        "DOCS_PUBLIC",
        "THROTTLE_ENABLED",
        "THROTTLE_KEY_RATE",
        "THROTTLE_ADDRESS_RATE",
        "OIDC_ISSUER_URL",
        "OIDC_NAME",
        "OIDC_ALLOWED_DOMAINS",
        "EMAIL_FROM",
    ),
    "Bytes on their way": (
        "X_ACCEL_LOCATION",
        "UPLOAD_BODY_FOLDER",
        "TRANSFER_IDLE_TIMEOUT",
        "TRANSFER_TOTAL_TIMEOUT",
        "TRANSFER_MIN_BYTES_PER_SECOND",
        "STATEMENT_TIMEOUT",
    ),
    "Jobs": (
        "SWEEP_UPLOADS_EVERY",
        "SWEEP_BYTES_EVERY",
        "SWEEP_LEFTOVERS_EVERY",
        "VERIFY_LENGTHS_EVERY",
        "VERIFY_DIGESTS_AFTER",
        "VERIFY_BYTES_PER_SECOND",
        "JOB_RUN_LIFETIME",
    ),
    "Audit": (
        "SEAL_AUDIT_EVERY",
        "VERIFY_SEALS_EVERY",
        "AUDIT_ANCHOR_FILE",
        "AUDIT_RETENTION",
        "EXPORT_LIFETIME",
        "REFUSALS_RECORDED",
        "FIND_ANOMALIES_EVERY",
        "ANOMALY_NOT_FOUND",
        "ANOMALY_DOWNLOADS",
        "ANOMALY_UNUSED_AFTER",
    ),
    "Logs": ("LOG_FORMAT", "LOG_FILE", "LOG_LEVEL"),
}
SECRET = "Kept to themselves"  # noqa: S105  a heading
HIDDEN = "••••••"


@dataclass(frozen=True)
class Setting:
    name: str
    value: str
    is_given: bool


@site.page("settings/", name="settings")
@require_safe
def show_settings(request: HttpRequest) -> HttpResponse:
    access.require_activity(staff_actor(request))
    return site.render(request, "admin/audit/settings.html", title="Settings in effect", groups=groups())


def groups() -> dict[str, list[Setting]]:
    readings = settings.READINGS
    found = {group: [_plain(name) for name in names if name in readings] for group, names in PLAIN.items()}
    known = {name for names in PLAIN.values() for name in names}
    return found | {SECRET: [_masked(name) for name in readings if name not in known]}


def _plain(name: str) -> Setting:
    reading = settings.READINGS[name]
    return Setting(name, _without_credentials(reading.value), reading.is_given)


def _masked(name: str) -> Setting:
    reading = settings.READINGS[name]
    return Setting(name, HIDDEN if reading.value else "", reading.is_given)


def _without_credentials(value: str) -> str:
    """Of a URL its scheme, host and path: names, passwords and options can stand anywhere else."""
    if "://" not in value:
        return value
    try:
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return HIDDEN
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
