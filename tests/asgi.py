"""Requests to the ASGI root without a server: each message of the body and of the answer as it is."""

import asyncio
from urllib.parse import urlsplit

from django.db import connections

from objects_app.transfer.root import Root

CUT = {"type": "http.disconnect"}
CHUNKED = (b"transfer-encoding", b"chunked")


def send(method: str, url: str, *body: dict) -> tuple[int, bytes]:
    """One request to the ASGI root; `body` are the messages of its body, in their order."""
    parts = urlsplit(url)
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": parts.path, "scheme": "http"}
    scope |= {"query_string": parts.query.encode(), "headers": [CHUNKED] if body else [], "client": ("127.0.0.1", 1)}
    incoming, sent = iter(body or [block(b"", more=False)]), []

    async def receive():
        for message in incoming:
            return message
        return await asyncio.Event().wait()  # the client stays and says nothing more

    async def answer(message):
        sent.append(message)

    async def exchange(connection):
        connections["default"] = connection  # a running loop would open one of its own
        await Root(None)(scope, receive, answer)

    asyncio.run(exchange(connections["default"]))
    status = sent[0]["status"] if sent else 0
    return status, b"".join(message.get("body", b"") for message in sent)


def block(body: bytes, *, more: bool) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}
