"""An object in one step, from content that is made here or was sent whole by a form without a script."""

import hashlib
from collections.abc import Iterable, Iterator

from objects_app import lookup
from objects_app.access import Actor
from objects_app.models import StoredObject
from objects_app.operations import objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage

NO_GRANT = 0  # nobody was given a URL


class _Measured:
    """Blocks on their way to the storage, with the size and the digest of those that have passed."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._blocks = blocks

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.size += len(block)
            self.digest.update(block)
            yield block


def upload_at_once(new: NewObject, content: bytes, *, actor: Actor) -> StoredObject:
    uploads.refuse_too_large(len(content))
    return upload_blocks(new, [content], actor=actor)


def upload_blocks(new: NewObject, blocks: Iterable[bytes], *, actor: Actor) -> StoredObject:
    """Create, store and complete. Where a later step fails, what is left is an upload as any other."""
    stored_object = objects.create_object(new, actor=actor).stored_object
    grant = TransferGrant(
        purpose=Purpose.UPLOAD,
        object_id=stored_object.pk,
        account=stored_object.account_id,
        epoch=0,
        grant=NO_GRANT,
        expires=0,
    )
    measured, writer = _Measured(blocks), get_storage().create()
    try:
        writer.write(measured)
        key, digest = writer.commit(), measured.digest.hexdigest()
        uploads.stage_upload(grant, key=key, size=measured.size, sha256=digest, actor=actor)
        writer.release()
    except BaseException:
        writer.discard()
        raise
    return uploads.complete_upload(lookup.visible_object(actor, stored_object.pk), actor=actor)
