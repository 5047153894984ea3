"""Requests to the ASGI root without a server: each message of the body and of the answer as it is."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import connections

from objects_app.transfer.root import Root

Header = tuple[bytes, bytes]
CUT = {"type": "http.disconnect"}
CHUNKED = (b"transfer-encoding", b"chunked")


def send(method: str, url: str, *body: dict) -> tuple[int, bytes]:
    """One request to the ASGI root; `body` are the messages of its body, in their order."""
    sent = _exchange(method, url, [CHUNKED] if body else [], body)
    return _status(sent), _content(sent)


def answer_to(method: str, url: str, *headers: Header) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content of the answer to a request without a body."""
    sent = _exchange(method, url, list(headers), ())
    answered = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return _status(sent), answered, _content(sent)


def _exchange(method: str, url: str, headers: list[Header], body: Sequence[dict]) -> list[dict]:
    parts = urlsplit(url)
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": parts.path, "scheme": "http"}
    scope |= {"query_string": parts.query.encode(), "headers": headers, "client": ("127.0.0.1", 1)}
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
    return sent


def _status(sent: list[dict]) -> int:
    return sent[0]["status"] if sent else 0


def _content(sent: list[dict]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def block(body: bytes, *, more: bool) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}
