"""An object in one step, from content that is in memory already, as a form without a script sends it."""

import hashlib

from objects_app import access
from objects_app.access import Actor
from objects_app.models import StoredObject
from objects_app.operations import objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage

NO_GRANT = 0  # nobody was given a URL


def upload_at_once(new: NewObject, content: bytes, *, actor: Actor) -> StoredObject:
    """Create, store and complete. Where a later step fails, what is left is an upload as any other."""
    uploads.refuse_too_large(len(content))
    stored_object = objects.create_object(new, actor=actor).stored_object
    grant = TransferGrant(
        purpose=Purpose.UPLOAD,
        object_id=stored_object.pk,
        account=stored_object.account_id,
        epoch=0,
        grant=NO_GRANT,
        expires=0,
    )
    writer = get_storage().create()
    try:
        writer.write([content])
        key, digest = writer.commit(), hashlib.sha256(content).hexdigest()
        uploads.stage_upload(grant, key=key, size=len(content), sha256=digest, actor=actor)
        writer.release()
    except BaseException:
        writer.discard()
        raise
    return uploads.complete_upload(access.visible_object(actor, stored_object.pk), actor=actor)
