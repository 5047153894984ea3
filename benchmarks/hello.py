"""The least an ASGI application can do: what granian and the load client reach with nothing of ours in between."""

from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")],
}
BODY = {"type": "http.response.body", "body": b"hello"}


async def app(
    scope: Message, _receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    if scope["type"] == "http":
        await send(START)
        await send(BODY)
