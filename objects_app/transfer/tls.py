"""Behind a proxy that speaks TLS: what came to it in clear text is refused, and browsers learn never to send it so."""

from urllib.parse import quote

from django.conf import settings

from objects_app.asgi_headers import Headers
from objects_app.errors import HttpsRequired
from objects_app.transfer.addresses import client_scheme
from objects_app.transfer.exchange import Exchange, Message

FOR_PROGRAMS = ("/v1/", "/metrics/")
LEFT_ALONE = ("/healthz", "/readyz")
UPGRADE = {"Upgrade": "TLS/1.3, HTTP/1.1", "Connection": "Upgrade"}


def is_refused(exchange: Exchange) -> bool:
    """Whoever speaks to this server without the proxy, as probes do, is none of its clients."""
    in_clear = settings.HTTPS and client_scheme(exchange.scope) == "http"
    return in_clear and exchange.path not in LEFT_ALONE


async def refuse(exchange: Exchange) -> None:
    """Programs get an error: one that is sent on would send its key in clear text for ever, and nobody would notice."""
    if f"{exchange.path}/".startswith(FOR_PROGRAMS):
        raise HttpsRequired(headers={} if exchange.scope["http_version"] == "2" else UPGRADE)
    query = f"?{exchange.query}" if exchange.query else ""
    location = f"{settings.PUBLIC_BASE_URL}/{quote(exchange.path.lstrip('/'))}{query}"
    await exchange.answer(308, [(b"location", location.encode("latin-1")), (b"content-length", b"0")])


def headers_for(scope: Message) -> Headers:
    """HSTS, over TLS alone (RFC 6797, 7.2)."""
    if not settings.HTTPS or client_scheme(scope) != "https":
        return []
    return [(b"strict-transport-security", f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains".encode())]
