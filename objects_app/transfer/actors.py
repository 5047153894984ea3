"""Who is at work where a signed URL is all that a request shows."""

from objects_app.access import Actor, Via, anonymous_actor
from objects_app.transfer.exchange import Exchange


def holder_of_url(exchange: Exchange) -> Actor:
    return anonymous_actor(Via.SIGNED_URL, address=exchange.address, request_id=exchange.request_id)
