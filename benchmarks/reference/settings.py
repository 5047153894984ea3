"""The least of Django that answers the calls of the reference: a database, hardly any middleware, no sessions."""

import os

from config import databases

ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = "of this benchmark alone, and longer than fifty characters"  # noqa: S105 it protects nothing
INSTALLED_APPS = ["rest_framework", "benchmarks.reference"]
MIDDLEWARE = ["benchmarks.reference.lengths.with_length"]
ROOT_URLCONF = "benchmarks.reference.urls"
USE_TZ = True
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["benchmarks.reference.keys.KeyAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
_parts = databases.parse_url(os.environ["REFERENCE_DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _parts["dbname"],
        "USER": _parts.get("user", ""),
        "PASSWORD": _parts.get("password", ""),
        "HOST": _parts.get("host", ""),
        "PORT": _parts.get("port", ""),
        "CONN_MAX_AGE": None,
    }
}
