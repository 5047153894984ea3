"""A small HTTP/1.1 client on a bare asyncio protocol, so that the load costs less than what it measures."""

import asyncio
import json
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
STATUS = slice(9, 12)  # of "HTTP/1.1 200 OK"


class WrongAnswerError(Exception):
    """An answer that is not the one asked for, or none."""


class Address(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Answer(NamedTuple):
    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.body)
        return answer


def message(
    method: str, target: str, *, host: Address, key: str = "", body: bytes = b"", length: int | None = None
) -> bytes:
    """`target` may be a whole URL, as signed ones are; `length` announces a body that is sent later."""
    url = urlsplit(target)
    path = f"{url.path}?{url.query}" if url.query else url.path
    announced = len(body) if length is None else length
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {announced}"]
    if key:
        lines += [f"Authorization: Bearer {key}", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection(asyncio.Protocol):
    """One connection that is kept alive; one request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, address: Address) -> "Connection":
        _, connection = await asyncio.get_running_loop().create_connection(cls, *address)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        answer = whole_answer(self._received)
        if answer and self._waiting and not self._waiting.done():
            self._received.clear()
            self._waiting.set_result(answer)
            self._waiting = None

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(WrongAnswerError("the connection was closed"))

    async def ask(self, request: bytes, *, expect: int = 200) -> Answer:
        if not self._transport:
            raise WrongAnswerError("the connection was closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        answer = await self._waiting
        if answer.status != expect:
            raise WrongAnswerError(f"{answer.status}: {answer.body[:200].decode(errors='replace')}")
        return answer

    def close(self) -> None:
        if self._transport:
            self._transport.close()


def whole_answer(received: bytearray) -> Answer | None:
    head_end = received.find(HEAD_END)
    if head_end < 0:
        return None
    status = int(received[STATUS])
    length = CONTENT_LENGTH.search(received, 0, head_end)
    if not length and status != 204:
        raise WrongAnswerError("an answer without a length")
    body_start = head_end + len(HEAD_END)
    body_end = body_start + (int(length[1]) if length else 0)
    return Answer(status, bytes(received[body_start:body_end])) if len(received) >= body_end else None
