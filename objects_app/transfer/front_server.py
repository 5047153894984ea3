"""Downloads that nginx in front of this server sends: it reads the file itself, once it was permitted here."""

from django.conf import settings

from objects_app.asgi_headers import Headers
from objects_app.operations.downloads import Download
from objects_app.storage import storage_of
from objects_app.storage.disk import DiskStorage
from objects_app.transfer.addresses import comes_from_proxy
from objects_app.transfer.exchange import Exchange


def address_of(exchange: Exchange, download: Download) -> str:
    """Where the front server finds the file; nothing where there is none, or it did not bring this request."""
    if not settings.X_ACCEL_LOCATION or not comes_from_proxy(exchange.scope):
        return ""
    key = download.stored_object.blob_key
    storage = storage_of(key)
    return f"{settings.X_ACCEL_LOCATION}{storage.place_of(key)}" if isinstance(storage, DiskStorage) else ""


async def hand_over(exchange: Exchange, address: str, headers: Headers) -> None:
    """It answers the range itself and says that it can (Accept-Ranges)."""
    kept = [(name, value) for name, value in headers if name != b"accept-ranges"]
    await exchange.answer(200, [*kept, (b"x-accel-redirect", address.encode("ascii")), (b"content-length", b"0")])
