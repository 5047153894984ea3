"""PUT to an upload URL: receive, count, hash and store the body, then let the verb make it the object's content."""

import asyncio
import hashlib

from objects_app.errors import LengthMismatch, LengthRequired, MethodNotAllowed, UnsupportedEncoding
from objects_app.operations import uploads
from objects_app.signing import Purpose, TransferGrant, verify
from objects_app.storage import BlobWriter, get_storage
from objects_app.transfer import body_files
from objects_app.transfer.actors import holder_of_url
from objects_app.transfer.exchange import Exchange
from objects_app.transfer.threads import in_file_thread, in_verb_thread

BLOCK = 1024 * 1024  # bytes that are gathered before one thread writes and another hashes them
SMALL = 64 * 1024
KEEP_ALIVE_EVERY = 60.0
PLAIN = (None, "", "identity")
FRAMED = (None, "chunked")  # the server undoes chunks, but hands on gzip as it is


async def receive_upload(exchange: Exchange, object_id: str) -> None:
    if exchange.method != "PUT":
        raise MethodNotAllowed(headers={"Allow": "PUT"})
    grant = _admit(exchange, object_id)
    if body_files.is_named(exchange):
        await body_files.take_over(exchange, grant)
    else:
        await _receive_body(exchange, grant)
    await exchange.answer(200, [(b"content-length", b"0")])


async def admit_upload(exchange: Exchange, length: str, object_id: str) -> None:
    """Asked by the front server, with the headers of a PUT whose body it has not read yet."""
    await body_files.admit_body(exchange, _admit(exchange, object_id), length=int(length))


def _admit(exchange: Exchange, object_id: str) -> TransferGrant:
    grant = verify(Purpose.UPLOAD, object_id, exchange.query)
    if exchange.header("content-encoding") not in PLAIN or exchange.header("transfer-encoding") not in FRAMED:
        raise UnsupportedEncoding
    return grant


async def _receive_body(exchange: Exchange, grant: TransferGrant) -> None:
    if exchange.is_unframed:
        raise LengthRequired
    await in_verb_thread(uploads.begin_upload, grant, length=exchange.length)
    await Reception(exchange, grant).run()


class Reception:
    """One body on its way into the storage. However it ends, either all of it is staged or nothing of it is kept."""

    def __init__(self, exchange: Exchange, grant: TransferGrant) -> None:
        self.exchange = exchange
        self.grant = grant
        self.writer: BlobWriter | None = None
        self.digest = hashlib.sha256()
        self.size = 0
        self.keep_alive_at = asyncio.get_running_loop().time() + KEEP_ALIVE_EVERY

    async def run(self) -> None:
        try:
            await in_verb_thread(self._stage, await self._store())
        except BaseException:
            if self.writer:
                await in_file_thread(self.writer.discard)
            raise

    def _stage(self, key: str) -> None:
        actor, digest = holder_of_url(self.exchange), self.digest.hexdigest()
        uploads.stage_upload(self.grant, key=key, size=self.size, sha256=digest, actor=actor)
        if self.writer:
            self.writer.release()

    async def _store(self) -> str:
        """A small body is stored when all of it is here, in one visit to a thread, unless it comes by and by."""
        blocks: list[bytes] = []
        if self.exchange.length is not None and self.exchange.length <= SMALL:
            blocks = await self._gather()
            if self.exchange.has_ended:
                await self._see_that_it_was_whole()
                return await in_file_thread(self._write_whole, blocks)
        return await self._store_stream(blocks)

    def _write_whole(self, blocks: list[bytes]) -> str:
        self.writer = get_storage().create()
        self.writer.write(blocks)
        self._hash(blocks)
        return self.writer.commit()

    async def _store_stream(self, blocks: list[bytes]) -> str:
        self.writer = await in_file_thread(get_storage().create)
        await self._receive(self.writer, blocks)
        await self._see_that_it_was_whole()
        return await in_file_thread(self.writer.commit)

    async def _receive(self, writer: BlobWriter, blocks: list[bytes]) -> None:
        """Store one gathered block while the next one arrives."""
        loop = asyncio.get_running_loop()
        storing: asyncio.Task[None] | None = None
        try:
            blocks = blocks or await self._gather()
            while blocks:
                if storing:
                    await storing
                storing = loop.create_task(self._write_and_hash(writer, blocks))
                if loop.time() >= self.keep_alive_at:
                    self.keep_alive_at = loop.time() + KEEP_ALIVE_EVERY
                    await in_verb_thread(uploads.keep_upload_alive, self.grant)
                blocks = await self._gather()
        finally:
            if storing:
                await storing

    async def _see_that_it_was_whole(self) -> None:
        if self.exchange.length not in (None, self.size):
            raise LengthMismatch
        await self.exchange.see_that_it_was_whole()

    async def _gather(self) -> list[bytes]:
        """At most BLOCK and a little more; a slow client's first bytes after `keep_alive_at` are enough."""
        clock, until = asyncio.get_running_loop().time, self.keep_alive_at
        blocks: list[bytes] = []
        gathered = 0
        while (not blocks or (gathered < BLOCK and clock() < until)) and (block := await self.exchange.read()):
            blocks.append(block)
            gathered += len(block)
        self.size += gathered
        uploads.refuse_too_large(self.size)
        return blocks

    async def _write_and_hash(self, writer: BlobWriter, blocks: list[bytes]) -> None:
        """Hash in one thread while another writes; both have ended when this has, however it ends."""
        hashing = asyncio.ensure_future(in_file_thread(self._hash, blocks))
        try:
            await in_file_thread(writer.write, blocks)
        finally:
            await hashing

    def _hash(self, blocks: list[bytes]) -> None:
        for block in blocks:
            self.digest.update(block)
