"""Signing in at an OpenID Connect provider, where OIDC_ISSUER_URL names one."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def check_issuer(url: str) -> str:
    if url and not _is_web_address(url):
        raise ImproperlyConfigured("OIDC_ISSUER_URL is not https://HOST/PATH")
    return url.rstrip("/")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def providers(issuer_url: str, name: str, *, client_id: str, secret: str) -> dict[str, Any]:
    if not issuer_url:
        return {}
    if not (client_id and secret):
        raise ImproperlyConfigured("OIDC_ISSUER_URL needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
    app = {
        "provider_id": "oidc",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer_url},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
