"""Every setting, read once from the environment. A bad value stops the start with one sentence."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import brokers, bucket, content_policy, databases, environment, logs
from config.admin_pages import UNFOLD  # noqa: F401
from config.audit import *  # noqa: F403
from config.environment import choice, duration, folder, networks, switch, text, whole_number, words, writable_file
from config.secret_key import read_or_create_secret_key
from config.sign_in import *  # noqa: F403  what allauth, axes and mail read is the larger half of all settings

BASE_DIR = Path(__file__).resolve().parent.parent


def host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        raise ImproperlyConfigured(f"PUBLIC_BASE_URL: '{url}' is no URL") from None


# Where things are
DATA_DIR = Path(text("DATA_DIR", default="data")).absolute()
ADDRESS = text("ADDRESS", default="127.0.0.1:8000")
# An origin means the same in any case, but browsers and Django compare it as text in lower case.
PUBLIC_BASE_URL = text("PUBLIC_BASE_URL", default=f"http://{ADDRESS}").rstrip("/").lower()
CONTENT_HOST = text("CONTENT_HOST").lower()
CONTENT_BASE_URL = f"{PUBLIC_BASE_URL.partition('://')[0]}://{CONTENT_HOST}" if CONTENT_HOST else ""
BLOBS_DIR = DATA_DIR / "objects"
KEY_STAMP_FILE = DATA_DIR / "keys.stamp"
SECRET_KEY_FILE = DATA_DIR / "secret_key"

# Objects
OBJECT_STORAGE = choice("OBJECT_STORAGE", ("disk", "s3", "memory"))
UPLOAD_DELIVERY = choice("UPLOAD_DELIVERY", ("direct", "proxy"))
DOWNLOAD_DELIVERY = choice("DOWNLOAD_DELIVERY", ("redirect", "direct", "proxy"))
S3_BUCKET = bucket.check_name(text("S3_BUCKET"), is_needed=OBJECT_STORAGE == "s3")
S3_ENDPOINT_URL = bucket.check_endpoint("S3_ENDPOINT_URL", text("S3_ENDPOINT_URL"))
S3_PUBLIC_ENDPOINT_URL = bucket.check_endpoint("S3_PUBLIC_ENDPOINT_URL", text("S3_PUBLIC_ENDPOINT_URL"))
S3_BACKEND = bucket.backend_options(
    {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT_URL,
        "region_name": text("S3_REGION"),
        "access_key": text("S3_ACCESS_KEY_ID"),
        "secret_key": text("S3_SECRET_ACCESS_KEY"),
        "security_token": text("S3_SESSION_TOKEN"),
        "verify": text("S3_CA_BUNDLE"),
        "location": text("S3_PREFIX").strip("/"),
        "addressing_style": choice("S3_ADDRESSING_STYLE", ("auto", "path", "virtual")),
    },
    further=text("S3_OPTIONS"),
)
S3_CHECKSUMS = choice("S3_CHECKSUMS", ("when_required", "when_supported"))
S3_CONNECT_TIMEOUT = duration("S3_CONNECT_TIMEOUT", default="3s")
S3_READ_TIMEOUT = duration("S3_READ_TIMEOUT", default="10s")
S3_COPY_TIMEOUT = duration("S3_COPY_TIMEOUT", default="5m")
S3_ATTEMPTS = whole_number("S3_ATTEMPTS", default=3)
MAX_OBJECT_BYTES = whole_number("MAX_OBJECT_BYTES", default=bucket.ONE_PUT if OBJECT_STORAGE == "s3" else 0, least=0)
UPLOAD_URL_LIFETIME = duration("UPLOAD_URL_LIFETIME", default="1h")
UPLOAD_LIFETIME = duration("UPLOAD_LIFETIME", default="24h")
IDEMPOTENCY_LIFETIME = duration("IDEMPOTENCY_LIFETIME", default="24h")

# Security
DEBUG = False
SECRET_KEY_IS_GIVEN = bool(text("SECRET_KEY"))
SECRET_KEY = text("SECRET_KEY") or read_or_create_secret_key(SECRET_KEY_FILE)
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
PUBLIC_HOST = host_of(PUBLIC_BASE_URL)
ALLOWED_HOSTS = words("ALLOWED_HOSTS") or sorted({PUBLIC_HOST, "127.0.0.1", "localhost", "[::1]"})
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
HTTPS = PUBLIC_BASE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the ASGI root redirects pages, but refuses API calls: redirecting them hides keys sent in clear
    "security.W021",  # preloading binds every host of the domain, which is the domain owner's to decide
]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
CSRF_FAILURE_VIEW = "config.urls.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
STORE_ORIGINS = bucket.origins(S3_BACKEND, S3_PUBLIC_ENDPOINT_URL)
CONTENT_SECURITY_POLICY = content_policy.policy(public=PUBLIC_BASE_URL, content=CONTENT_BASE_URL, stores=STORE_ORIGINS)

# Application
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "objects_app.apps.ObjectsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "objects_app.apps.ObjectsConfig",
]
MIDDLEWARE = [
    "objects_app.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "objects_app.web.errors.RefusalMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
API_MIDDLEWARE = [
    "objects_app.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
APPEND_SLASH = False
ROOT_URLCONF = "config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "objects_app.web.pages.frame",
            ]
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
AUTH_USER_MODEL = "objects_app.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "objects"
LOGOUT_REDIRECT_URL = "account_login"
USE_TZ = True
USE_I18N = False
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Signing in and mail: config/sign_in.py
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow it for localhost alone
DEFAULT_FROM_EMAIL = EMAIL_FROM or f"holdall@{PUBLIC_HOST}"  # noqa: F405

# Database, cache
DATABASE_URL = text("DATABASE_URL")
REDIS_URL = brokers.check_redis_url(text("REDIS_URL"))
STATEMENT_TIMEOUT = duration("STATEMENT_TIMEOUT", default="5s")
DATABASES = {
    "default": databases.postgresql(DATABASE_URL, statement_timeout=databases.statement_timeout(STATEMENT_TIMEOUT))
    if DATABASE_URL
    else databases.sqlite(DATA_DIR / "holdall.sqlite3")
}
CACHES = {"default": brokers.cache(REDIS_URL), "process": brokers.cache("")}

# Bytes on their way
X_ACCEL_LOCATION = text("X_ACCEL_LOCATION")
UPLOAD_BODY_FOLDER = folder("UPLOAD_BODY_FOLDER")
TRANSFER_IDLE_TIMEOUT = duration("TRANSFER_IDLE_TIMEOUT", default="30s")
TRANSFER_TOTAL_TIMEOUT = duration("TRANSFER_TOTAL_TIMEOUT", default="24h")
TRANSFER_MIN_BYTES_PER_SECOND = whole_number("TRANSFER_MIN_BYTES_PER_SECOND", default=1024, least=0)

# The REST API
THROTTLE_ENABLED = switch("THROTTLE_ENABLED", default=True)
THROTTLE_KEY_RATE = whole_number("THROTTLE_KEY_RATE", default=100)
THROTTLE_ADDRESS_RATE = whole_number("THROTTLE_ADDRESS_RATE", default=20)
DOCS_PUBLIC = switch("DOCS_PUBLIC", default=True)
PUBLIC_PAGES = choice("PUBLIC_PAGES", ("anyone", "signed-in", "off"))
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["objects_app.api.authentication.BearerKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["objects_app.api.throttling.KeyThrottle"],
    "DEFAULT_PARSER_CLASSES": ["objects_app.api.parsing.JSONBodyParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_RENDERER_CLASSES": ["objects_app.api.parsing.JSONAnswerRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "objects_app.api.parsing.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "objects_app.api.schema.ObjectsSchema",
    "EXCEPTION_HANDLER": "objects_app.api.errors.answer_error",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Holdall Objects API",
    "DESCRIPTION": "Object storage for development sandboxes: create an object, PUT its bytes, complete it, share it.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/v1",
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {"State": "objects_app.models.State"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "objects_app.api.schema_parts.add_shared_parts",
    ],
    "SORT_OPERATION_PARAMETERS": False,
}

# Jobs. The filesystem broker needs no server; a message it loses costs only time: every task is a sweep over rows.
SWEEP_UPLOADS_EVERY = duration("SWEEP_UPLOADS_EVERY", default="5m")
SWEEP_BYTES_EVERY = duration("SWEEP_BYTES_EVERY", default="60s")
SWEEP_LEFTOVERS_EVERY = duration("SWEEP_LEFTOVERS_EVERY", default="1h")
VERIFY_LENGTHS_EVERY = duration("VERIFY_LENGTHS_EVERY", default="1d")
VERIFY_DIGESTS_AFTER = duration("VERIFY_DIGESTS_AFTER", default="30d")
VERIFY_BYTES_PER_SECOND = whole_number("VERIFY_BYTES_PER_SECOND", default=8 * 1024 * 1024)
JOB_RUN_LIFETIME = duration("JOB_RUN_LIFETIME", default="30d")
METRICS_TOKEN = text("METRICS_TOKEN")
BROKER_DIR = DATA_DIR / "broker"
LOCKS_DIR = DATA_DIR / "locks"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = brokers.transport_options(REDIS_URL, BROKER_DIR)
CELERY_WORKER_SEND_TASK_EVENTS = bool(REDIS_URL)  # files have no place for events that nobody reads
CELERY_TASK_SEND_SENT_EVENT = bool(REDIS_URL)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Under prefork; the solo pool has none, so each run bounds itself. A digest is read whole, and an export written whole.
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
LONG_TASK = {"soft_time_limit": 3000, "time_limit": 3300}
CELERY_TASK_ANNOTATIONS = {"verify_digests": LONG_TASK, "compute_digests": LONG_TASK, "export_events": LONG_TASK}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(BROKER_DIR / "beat-schedule")
JOB_INTERVALS = {
    "expire_stale_uploads": SWEEP_UPLOADS_EVERY,
    "delete_due_objects": SWEEP_UPLOADS_EVERY,
    "purge_bytes": SWEEP_BYTES_EVERY,
    "end_promotions": SWEEP_BYTES_EVERY,
    "compute_digests": SWEEP_BYTES_EVERY,
    "roll_up_key_uses": SWEEP_BYTES_EVERY,
    "fold_counts": SWEEP_BYTES_EVERY,
    "remove_orphans": SWEEP_LEFTOVERS_EVERY,
    "remove_parts": SWEEP_LEFTOVERS_EVERY,
    "forget_requests": SWEEP_LEFTOVERS_EVERY,
    "forget_sessions": SWEEP_LEFTOVERS_EVERY,
    "forget_job_runs": SWEEP_LEFTOVERS_EVERY,
    "verify_lengths": VERIFY_LENGTHS_EVERY,
    "recount_objects": VERIFY_LENGTHS_EVERY,
    "seal_audit": SEAL_AUDIT_EVERY,  # noqa: F405
    "verify_seals": VERIFY_SEALS_EVERY,  # noqa: F405
    "forget_audit_events": SWEEP_LEFTOVERS_EVERY,
    "sum_up_refusals": SWEEP_BYTES_EVERY,
    "export_events": SWEEP_BYTES_EVERY,
    "forget_exports": SWEEP_LEFTOVERS_EVERY,
    "find_anomalies": FIND_ANOMALIES_EVERY,  # noqa: F405
    "verify_digests": SWEEP_BYTES_EVERY,
}

# Logs: to standard error, or to LOG_FILE; never a key, a signature or a query string.
LOG_FORMAT = choice("LOG_FORMAT", ("console", "json"))
LOG_FILE = writable_file("LOG_FILE")
LOG_LEVEL = choice("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR"))
LOGGING = logs.logging(LOG_FORMAT, LOG_FILE, LOG_LEVEL)
READINGS = environment.READINGS  # all of these: the admin shows those that are no secret
