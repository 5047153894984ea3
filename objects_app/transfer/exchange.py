"""One HTTP request and its answer, over ASGI, with the limits of time that keep slow clients from holding anything."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson

from objects_app import request_id
from objects_app.asgi_headers import Header, Headers, encode_headers
from objects_app.errors import BodyTimeout, ObjectsError
from objects_app.transfer.pace import Pace

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
LINGER_SECONDS = 5.0
LINGER_BYTES = 8 * 1024 * 1024
RESET_FOLLOWS_WITHIN = 0.1


class ClientGone(Exception):
    """The connection ended before the request or the answer did."""


class Exchange:
    def __init__(
        self, scope: Message, receive: Receive, send: Send, *, address: str, always: Sequence[Header] = ()
    ) -> None:
        """`always` are headers of every answer."""
        self.scope = scope
        self.address = address
        self.always = always
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: str = scope["query_string"].decode("latin-1")
        self.status = 0
        self.sent = 0
        self._receive = receive
        self._send = send
        self._more = True
        self._receiving = Pace()
        self._sending = Pace()
        self._departure: asyncio.Future[None] | None = None
        self._headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.repeats_headers = len(self._headers) < len(scope["headers"])
        self.request_id = request_id.adopt(self.header("x-request-id"))

    def header(self, name: str) -> str | None:
        return self._headers.get(name.encode())

    @property
    def length(self) -> int | None:
        """The declared length of the body in bytes; None where there is none, as in a chunked body."""
        text = self.header("content-length")
        return int(text) if text and text.isascii() and text.isdigit() else None

    @property
    def is_unframed(self) -> bool:
        """Whether an HTTP/1.1 request says nothing of a body: then it has none, which its sender may not have meant."""
        return self.length is None and self.header("transfer-encoding") is None and self.scope["http_version"] != "2"

    @property
    def is_bodiless(self) -> bool:
        """Whether there is nothing to read."""
        return self.is_unframed or (self.length == 0 and self.header("transfer-encoding") is None)

    @property
    def has_ended(self) -> bool:
        """Whether the server says that the body has."""
        return not self._more

    async def read(self) -> bytes:
        """The next block of the body; nothing at the end that the server vouches for.

        Raises ClientGone where the connection ends first, and BodyTimeout where the body stalls or crawls.
        """
        block = b""
        while self._more and not block:
            block = await self._next_block()
        return block

    async def _next_block(self) -> bytes:
        try:
            message = await self._receiving.wait_for(self._receive)
        except TimeoutError:
            raise BodyTimeout from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        self._more = message.get("more_body", False)
        block: bytes = message.get("body", b"")
        self._receiving.bytes += len(block)
        return block

    async def see_that_it_was_whole(self) -> None:
        """Raise ClientGone where the end of a body that had no declared length was none.

        To the server an HTTP/2 stream that was reset with NO_ERROR has ended; it tells of the reset only afterwards.
        """
        if self.length is not None or self.scope["http_version"] != "2":
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(RESET_FOLLOWS_WITHIN):
                await self._receive()
                raise ClientGone

    async def linger(self) -> None:
        """Take in what a refused client still sends: many read no answer before they have sent everything.

        One that asked first (`Expect: 100-continue`) has not sent anything yet, and whoever sends much is cut off.
        """
        if self.header("expect"):
            return
        taken = 0
        with suppress(ClientGone, BodyTimeout, TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while taken < LINGER_BYTES and (block := await self.read()):
                    taken += len(block)

    @asynccontextmanager
    async def noticing_departure(self) -> AsyncIterator[None]:
        """While a long answer is sent: the server takes blocks for a client that has left without a word."""
        self._departure = asyncio.ensure_future(self._wait_until_gone())
        try:
            yield
        finally:
            self._departure.cancel()
            self._departure = None

    async def _wait_until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def start(self, status: int, headers: Headers) -> None:
        self.status = status
        identity = (b"x-request-id", self.request_id.encode("latin-1"))
        all_headers = [*headers, *self.always, identity]
        await self._hand_on({"type": "http.response.start", "status": status, "headers": all_headers})

    async def send_block(self, block: bytes, *, more: bool) -> None:
        if self._departure and self._departure.done():
            raise ClientGone
        body = {"type": "http.response.body", "body": block, "more_body": more}
        is_all = not (more or self.sent)
        await (self._hand_on(body) if is_all else self._send_in_time(body))
        self.sent += len(block)
        self._sending.bytes += len(block)

    async def answer(self, status: int, headers: Headers, body: bytes = b"") -> None:
        await self.start(status, headers)
        await self.send_block(body, more=False)

    async def answer_error(self, error: ObjectsError) -> None:
        body = orjson.dumps(error.body(self.request_id))
        headers = encode_headers(error.headers.items())
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.answer(error.status, headers, b"" if self.method == "HEAD" else body)

    async def _send_in_time(self, message: Message) -> None:
        try:
            await self._sending.wait_for(self._hand_on, message)
        except TimeoutError as error:
            raise ClientGone from error

    async def _hand_on(self, message: Message) -> None:
        """The server takes headers, and a body of one block, without waiting for the client."""
        try:
            await self._send(message)
        except (OSError, RuntimeError) as error:
            raise ClientGone from error
