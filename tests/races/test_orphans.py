"""An upload that ends while the sweep of orphans is between its list and its lock (X18)."""

import hashlib
from functools import partial

from objects_app.operations import uploads
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage
from tests.races.scenes import BEARER, NEVER, Scene, ending, remove_orphans, staged
from tests.races.threads import held_at


def finish_upload(scene: Scene, writer) -> None:
    """The rest of a PUT whose blob is durable and named by no row yet."""
    upload, digest = scene.stored_object, hashlib.sha256(b"second").hexdigest()
    grant = TransferGrant(Purpose.UPLOAD, upload.pk, upload.account_id, epoch=0, grant=0, expires=NEVER)
    uploads.stage_upload(grant, key=writer.key, size=6, sha256=digest, actor=BEARER)
    writer.release()


def test_a_blob_that_was_named_after_the_sweep_listed_it_stays(new_scene):
    scene = new_scene(staged)
    writer = get_storage().create()
    writer.write([b"second"])
    writer.commit()
    swept, _ = held_at("orphans.before_lock", partial(remove_orphans, scene), partial(finish_upload, scene, writer))
    assert swept == 0
    assert ending(scene) == "UPLOADING second"
