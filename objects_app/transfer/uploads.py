"""PUT to an upload URL: receive, count, hash and store the body, then let the verb make it the object's content."""

import asyncio
import hashlib

from objects_app.access import Via, anonymous_actor
from objects_app.errors import LengthMismatch, LengthRequired, MethodNotAllowed, UnsupportedEncoding
from objects_app.operations import uploads
from objects_app.signing import Purpose, TransferGrant, verify
from objects_app.storage import BlobWriter, get_storage
from objects_app.transfer.exchange import Exchange
from objects_app.transfer.threads import in_file_thread, in_verb_thread

BLOCK = 1024 * 1024  # bytes that are gathered before one thread writes and another hashes them
KEEP_ALIVE_EVERY = 60.0
PLAIN = (None, "", "identity")
FRAMED = (None, "chunked")  # the server undoes chunks, but hands on gzip as it is


async def receive_upload(exchange: Exchange, object_id: str) -> None:
    grant = _admit(exchange, object_id)
    await in_verb_thread(uploads.begin_upload, grant, length=exchange.length)
    await Reception(exchange, grant).run()
    await exchange.answer(200, [(b"content-length", b"0")])


def _admit(exchange: Exchange, object_id: str) -> TransferGrant:
    if exchange.method != "PUT":
        raise MethodNotAllowed(headers={"Allow": "PUT"})
    grant = verify(Purpose.UPLOAD, object_id, exchange.query)
    if exchange.header("content-encoding") not in PLAIN or exchange.header("transfer-encoding") not in FRAMED:
        raise UnsupportedEncoding
    if exchange.is_unframed:
        raise LengthRequired
    return grant


class Reception:
    """One body on its way into the storage. However it ends, either all of it is staged or nothing of it is kept."""

    def __init__(self, exchange: Exchange, grant: TransferGrant) -> None:
        self.exchange = exchange
        self.grant = grant
        self.digest = hashlib.sha256()
        self.size = 0

    async def run(self) -> None:
        writer = await in_file_thread(get_storage().create)
        try:
            await self._receive(writer)
            key = await in_file_thread(writer.commit)
            await in_verb_thread(self._stage, writer, key)
        except BaseException:
            await in_file_thread(writer.discard)
            raise

    def _stage(self, writer: BlobWriter, key: str) -> None:
        actor = anonymous_actor(Via.SIGNED_URL, address=self.exchange.address, request_id=self.exchange.request_id)
        digest = self.digest.hexdigest()
        uploads.stage_upload(self.grant, key=key, size=self.size, sha256=digest, actor=actor)
        writer.release()

    async def _receive(self, writer: BlobWriter) -> None:
        """Store one gathered block while the next one arrives."""
        loop = asyncio.get_running_loop()
        keep_alive_at = loop.time() + KEEP_ALIVE_EVERY
        storing: asyncio.Task[None] | None = None
        try:
            while blocks := await self._gather(until=keep_alive_at):
                if storing:
                    await storing
                storing = loop.create_task(self._store(writer, blocks))
                if loop.time() >= keep_alive_at:
                    keep_alive_at = loop.time() + KEEP_ALIVE_EVERY
                    await in_verb_thread(uploads.keep_upload_alive, self.grant)
        finally:
            if storing:
                await storing
        if self.exchange.length not in (None, self.size):
            raise LengthMismatch
        await self.exchange.see_that_it_was_whole()

    async def _gather(self, *, until: float) -> list[bytes]:
        """At most BLOCK and a little more; a slow client's first bytes after `until` are enough."""
        clock = asyncio.get_running_loop().time
        blocks: list[bytes] = []
        gathered = 0
        while (not blocks or (gathered < BLOCK and clock() < until)) and (block := await self.exchange.read()):
            blocks.append(block)
            gathered += len(block)
        self.size += gathered
        uploads.refuse_too_large(self.size)
        return blocks

    async def _store(self, writer: BlobWriter, blocks: list[bytes]) -> None:
        """Hash in one thread while another writes; both have ended when this has, however it ends."""
        hashing = asyncio.ensure_future(in_file_thread(self._hash, blocks))
        try:
            await in_file_thread(writer.write, blocks)
        finally:
            await hashing

    def _hash(self, blocks: list[bytes]) -> None:
        for block in blocks:
            self.digest.update(block)
