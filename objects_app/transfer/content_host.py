"""The second host name, which has hosted bytes and nothing else, so that nothing there is worth a script's while."""

from django.conf import settings

from objects_app.listening import host_of
from objects_app.transfer.exchange import Exchange


def was_asked(exchange: Exchange) -> bool:
    """Ports do not count: cookies, from which the bytes are kept apart, know none."""
    return bool(settings.CONTENT_HOST) and host_of(exchange.header("host") or "") == host_of(settings.CONTENT_HOST)
