"""GET and HEAD of a download URL: the whole content or one range of it, with headers under which it can do no harm."""

import asyncio
from dataclasses import dataclass, field
from typing import ClassVar

from objects_app.access import Actor
from objects_app.asgi_headers import Headers
from objects_app.errors import MethodNotAllowed
from objects_app.operations import downloads
from objects_app.operations.downloads import Download
from objects_app.signing import Purpose, TransferGrant, verify
from objects_app.storage import BlobReader
from objects_app.transfer import content_host, front_server
from objects_app.transfer.actors import holder_of_url
from objects_app.transfer.exchange import ClientGone, Exchange
from objects_app.transfer.headers import HARMLESS, content_headers, entity_tag, names_tag
from objects_app.transfer.ranges import ByteRange, parse_range
from objects_app.transfer.threads import in_file_thread, in_verb_thread

SMALLEST_BLOCK = 64 * 1024
LARGEST_BLOCK = 1024 * 1024
QUICK = 0.1  # seconds


async def send_download(exchange: Exchange, object_id: str) -> None:
    if exchange.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(headers={"Allow": "GET, HEAD"})
    grant = verify(Purpose.DOWNLOAD, object_id, exchange.query)
    actor = holder_of_url(exchange)
    delivery = Delivery(exchange, grant, actor)
    try:
        download = await in_verb_thread(delivery.open)
        if download.reader:
            await delivery.run()
        else:
            await Redirection(exchange, grant, actor, download).run()
    finally:
        if delivery.is_open:
            await in_file_thread(delivery.close)


@dataclass(frozen=True)
class Redirection:
    """One permitted download that the store sends. What can be said of the content without it is said here."""

    exchange: Exchange
    grant: TransferGrant
    actor: Actor
    download: Download

    async def run(self) -> None:
        headers = content_headers(self.download)
        if names_tag(self.exchange.header("if-none-match"), entity_tag(self.download.stored_object)):
            await self.exchange.answer(304, headers)
        elif self.exchange.method == "HEAD":  # which the store would refuse: its URL is signed for GET
            size = str(self.download.stored_object.size_bytes).encode()
            await self.exchange.answer(200, [*headers, (b"content-length", size)])
        else:
            await self._redirect()

    async def _redirect(self) -> None:
        await in_verb_thread(record, self, sent=None, result="redirected")
        location = (b"location", self.download.location.encode("ascii"))
        await self.exchange.answer(302, [*HARMLESS, location, (b"content-length", b"0")])


@dataclass
class Delivery:
    """One download on its way out, made before a thread opens it: who is cancelled does not hear what came of that."""

    exchange: Exchange
    grant: TransferGrant
    actor: Actor
    download: Download = field(init=False)
    reader: BlobReader = field(init=False)
    is_open: bool = False
    is_known: bool = False
    part: ByteRange | None = None
    address: str = ""
    content: bytes = b""
    under_way: ClassVar[int] = 0

    def open(self) -> Download:
        apart = content_host.was_asked(self.exchange)
        self.download = downloads.open_download(self.grant, actor=self.actor, apart=apart)
        if self.download.reader:
            self.reader, self.is_open = self.download.reader, True
            self._prepare()
        return self.download

    def _prepare(self) -> None:
        """Decide what to answer, and do what can be done in the thread that has opened it: another visit costs more.

        The front server's `address` is decided on, and recorded, here; `content` is all of it where that is little.
        """
        tag = entity_tag(self.download.stored_object)
        self.is_known = names_tag(self.exchange.header("if-none-match"), tag)
        self.part = None if self.is_known else self._wanted_range(tag)
        if self.is_known or self.exchange.method == "HEAD":
            self.close()
        elif address := self._front_server_address():
            record(self, sent=None, result="handed over")
            self.close()
            self.address = address
        elif self.part is None and self.reader.size <= SMALLEST_BLOCK:
            self.content = self.reader.read_at(0, self.reader.size)

    def close(self) -> None:
        self.reader.close()
        self.is_open = False

    async def run(self) -> None:
        headers = content_headers(self.download)
        if self.is_known:
            await self.exchange.answer(304, headers)
        elif self.address:
            await front_server.hand_over(self.exchange, self.address, headers)
        else:
            await self._answer(headers)

    async def _answer(self, headers: Headers) -> None:
        whole = ByteRange(0, self.reader.size)
        sent = self.part or whole
        headers.append((b"content-length", str(sent.end - sent.start).encode()))
        if self.part:
            headers.append((b"content-range", f"bytes {sent.start}-{sent.end - 1}/{whole.end}".encode()))
        status = 206 if self.part else 200
        if self.exchange.method == "HEAD":
            await self.exchange.answer(status, headers)
            return
        block = self.content or await self._read(sent.start, min(sent.start + SMALLEST_BLOCK, sent.end))
        await self.exchange.start(status, headers)  # only now: where nothing can be read, the answer is an error
        await self._send_and_record(sent, block)

    def _wanted_range(self, tag: str) -> ByteRange | None:
        """If-Range asks for the part only of the very content that the client knows (RFC 9110, 13.1.5)."""
        if self.exchange.header("if-range") not in (None, tag):
            return None
        return parse_range(self.exchange.header("range"), self.reader.size)

    def _front_server_address(self) -> str:
        """What the front server may understand otherwise, such as two ranges, is answered here."""
        asked_for_part = self.exchange.header("range") is not None
        return "" if asked_for_part and self.part is None else front_server.address_of(self.exchange, self.download)

    async def _send_and_record(self, part: ByteRange, block: bytes) -> None:
        Delivery.under_way += 1
        try:
            if len(block) == part.end - part.start:  # the server takes a single block for a client that has left, too
                await self.exchange.send_block(block, more=False)
            else:
                async with self.exchange.noticing_departure():
                    await self._send(part, block)
        finally:
            Delivery.under_way -= 1
            await in_verb_thread(self._end, part)

    def _end(self, part: ByteRange) -> None:
        sent = self.exchange.sent
        try:
            record(self, sent=sent, result="ok" if sent == part.end - part.start else "cut")
        finally:
            self.close()

    async def _send(self, part: ByteRange, block: bytes) -> None:
        """Read the next block while the last one is sent."""
        offset, size = part.start, SMALLEST_BLOCK
        while offset < part.end:
            if not block:
                raise ClientGone  # the file was cut: break off rather than send a good short answer
            offset += len(block)
            reading = asyncio.ensure_future(self._read(offset, min(offset + size, part.end)))
            try:
                size = await self._send_block(block, size, more=offset < part.end)
            finally:
                block = await reading

    async def _send_block(self, block: bytes, size: int, *, more: bool) -> int:
        """Return the next size. Large blocks are fast, but a slow client could not take one in the idle timeout, and
        the server buffers several of them for each download that stalls.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        await self.exchange.send_block(block, more=more)
        if clock() - started > QUICK:
            return SMALLEST_BLOCK
        return max(min(2 * size, LARGEST_BLOCK // Delivery.under_way), SMALLEST_BLOCK)

    async def _read(self, offset: int, end: int) -> bytes:
        if offset == end:
            return b""
        return await in_file_thread(self.reader.read_at, offset, end - offset)


def record(way: Redirection | Delivery, *, sent: int | None, result: str) -> None:
    downloads.record_download(
        way.download.stored_object,
        actor=way.actor,
        grant=way.grant,
        sent=sent,
        result=result,
        is_part=way.exchange.header("range") is not None,
    )
