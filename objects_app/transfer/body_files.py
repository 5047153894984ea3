"""PUT bodies that the front server writes to disk: judged before it takes one, taken over as the file that it is."""

from django.conf import settings

from objects_app.errors import BodyFileRefused
from objects_app.operations import uploads
from objects_app.signing import TransferGrant
from objects_app.storage import BlobNotFound, get_storage
from objects_app.storage.disk import DiskStorage
from objects_app.storage.disk_files import BodyFile
from objects_app.transfer.actors import holder_of_url
from objects_app.transfer.addresses import comes_from_proxy
from objects_app.transfer.exchange import Exchange
from objects_app.transfer.threads import in_file_thread, in_verb_thread

FILE = "x-body-file"
BEGAN = "x-upload-began"  # told when the body may begin, and brought back with it


async def admit_body(exchange: Exchange, grant: TransferGrant, *, length: int) -> None:
    """The front server asks before it takes the body; where this is refused, it passes the body on instead."""
    _storage_of(exchange)
    began = await in_verb_thread(uploads.begin_upload, grant, length=length)
    await exchange.answer(204, [(BEGAN.encode(), str(began).encode())])


def is_named(exchange: Exchange) -> bool:
    """Where one header is missing, something is wrong between the servers: better refused than stored as empty."""
    return exchange.header(FILE) is not None or exchange.header(BEGAN) is not None


async def take_over(exchange: Exchange, grant: TransferGrant) -> None:
    """However it ends, either the file is staged or it is gone."""
    storage = _storage_of(exchange)
    try:
        file = await in_file_thread(storage.adopt, exchange.header(FILE) or "")
    except BlobNotFound:
        raise BodyFileRefused from None
    try:
        digest = await _needed_digest(exchange, grant, file)
        await in_file_thread(file.commit)
        await in_verb_thread(_stage, exchange, grant, file, digest)
    except BaseException:
        await in_file_thread(file.discard)
        raise


def _storage_of(exchange: Exchange) -> DiskStorage:
    """Where the files of the server that brought this request are taken over."""
    storage = get_storage()
    if settings.UPLOAD_BODY_FOLDER and comes_from_proxy(exchange.scope) and isinstance(storage, DiskStorage):
        return storage
    raise BodyFileRefused


async def _needed_digest(exchange: Exchange, grant: TransferGrant, file: BodyFile) -> str:
    """A declared SHA-256 has to be compared; any other is computed by a worker, when the object is complete."""
    began = exchange.header(BEGAN) or ""
    declared = await in_verb_thread(
        uploads.end_upload, grant, began=int(began) if began.isdecimal() else None, size=file.size
    )
    return await in_file_thread(file.digest) if declared else ""


def _stage(exchange: Exchange, grant: TransferGrant, file: BodyFile, digest: str) -> None:
    uploads.stage_upload(grant, key=file.key, size=file.size, sha256=digest, actor=holder_of_url(exchange))
    file.release()
