"""What a round is about: one object on a disk of its own, the calls that meet on it, and what holds afterwards."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from unittest.mock import patch

from objects_app import access, clock
from objects_app.lifecycle import leftovers, records, verification
from objects_app.lifecycle import objects as lifecycle
from objects_app.models import IdempotencyRecord, KeyUse, MetadataPair, State, StoredObject
from objects_app.operations import damage, downloads, objects, uploads
from objects_app.operations.objects import NewObject, ObjectChanges
from objects_app.operations.repeats import Fingerprint
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage
from objects_app.storage.disk import DiskStorage
from tests.factories import Person, make_object, put_bytes, store_blob
from tests.operations.history import actions_on, row, storage_fails

BEARER = access.anonymous_actor(access.Via.SIGNED_URL)
HOUR = timedelta(hours=1)
NEVER = 10**15
ENDS = {"object.deleted", "object.expired"}


@dataclass
class Scene:
    """`guest` has an account of his own."""

    owner: Person
    guest: Person
    disk: DiskStorage
    stored_object: StoredObject

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.disk.folder.glob("??/*")}

    def request(self, verb: str) -> Fingerprint:
        return Fingerprint(verb, self.stored_object.pk, "retry-1", b"{}")

    def clear(self) -> None:
        """What the next round must not meet."""
        StoredObject.objects.filter(pk=self.stored_object.pk).delete()
        for path in self.disk.folder.glob("??/*"):
            path.unlink()


# How a round begins.


def uploading(owner: Person) -> StoredObject:
    return make_object(owner, state=State.UPLOADING)


def staged(owner: Person) -> StoredObject:
    stored_object = make_object(owner, state=State.UPLOADING, time_to_live=HOUR)
    put_bytes(stored_object, b"first")
    return stored_object


def completed(owner: Person) -> StoredObject:
    return make_object(owner, content=b"first", is_public=True, time_to_live=HOUR)


def deleted_with_bytes(owner: Person) -> StoredObject:
    stored_object = completed(owner)
    with patch.object(DiskStorage, "delete", storage_fails):
        return objects.delete_object(stored_object, actor=owner.actor)


def staged_beside_an_orphan(owner: Person) -> StoredObject:
    store_blob(b"nobody's")
    return staged(owner)


def staged_beside_a_part(owner: Person) -> StoredObject:
    stored_object = staged(owner)
    writer = get_storage().create()
    writer.write([b"broken off"])
    writer.release()
    return stored_object


def with_uses_of_keys(owner: Person) -> StoredObject:
    KeyUse.objects.bulk_create(KeyUse(key=owner.key, at=clock.now()) for _ in range(2))
    return uploading(owner)


# What meets.


def create(scene: Scene) -> str:
    new = NewObject(scene.stored_object.pk, "text/plain")
    upload = objects.create_object(new, actor=scene.owner.actor, fingerprint=scene.request("POST"))
    return upload.stored_object.state if upload.url else "no URL"


def put(scene: Scene) -> str:
    put_bytes(scene.stored_object, b"second")
    return "stored"


def put_too(scene: Scene) -> str:
    put_bytes(scene.stored_object, b"third")
    return "stored"


def complete(scene: Scene) -> str:
    return uploads.complete_upload(scene.stored_object, actor=scene.owner.actor).state


def complete_once(scene: Scene) -> str:
    request = scene.request("complete")
    return uploads.complete_upload(scene.stored_object, actor=scene.owner.actor, fingerprint=request).state


def renew(scene: Scene) -> str:
    return "renewed" if uploads.renew_upload_url(scene.stored_object, actor=scene.owner.actor).url else "no URL"


def delete(scene: Scene) -> str:
    return objects.delete_object(scene.stored_object, actor=scene.owner.actor).state


def _change(scene: Scene, changes: ObjectChanges) -> str:
    objects.change_object(scene.stored_object, changes, actor=scene.owner.actor)
    return "changed"


def keep(scene: Scene) -> str:
    return _change(scene, ObjectChanges(limits_life=True))


def label(scene: Scene) -> str:
    return _change(scene, ObjectChanges(metadata={"label": "new"}))


def publish(scene: Scene) -> str:
    return _change(scene, ObjectChanges(is_public=True))


def unpublish(scene: Scene) -> str:
    return _change(scene, ObjectChanges(is_public=False))


def download(scene: Scene) -> str:
    """By the URL that somebody of another account was given."""
    stored_object, account = scene.stored_object, scene.guest.account.pk
    epoch = stored_object.visibility_epoch
    grant = TransferGrant(Purpose.DOWNLOAD, stored_object.pk, account, epoch=epoch, grant=0, expires=NEVER)
    reader = downloads.open_download(grant, actor=BEARER).reader
    try:
        return reader.read_at(0, 100).decode()
    finally:
        reader.close()


def fail(scene: Scene) -> bool:
    return damage.report_damage(scene.stored_object, damage.WRONG_DIGEST, actor=scene.owner.actor)


def verify(scene: Scene) -> str:
    return " ".join(verification.verify_lengths(before=clock.after(HOUR)).trouble) or "sound"


def expire(scene: Scene) -> int:
    return lifecycle.expire_stale_uploads(before=clock.after(HOUR)).rows


def end_due(scene: Scene) -> int:
    return lifecycle.delete_due_objects(before=clock.after(2 * HOUR)).rows


def purge(scene: Scene) -> int:
    return leftovers.purge_bytes(before=clock.after(HOUR)).rows


def remove_orphans(scene: Scene) -> int:
    return leftovers.remove_orphans(before=clock.after(HOUR)).rows


def remove_parts(scene: Scene) -> int:
    return leftovers.remove_parts(before=clock.after(HOUR)).rows


def roll_up(scene: Scene) -> int:
    return records.roll_up_key_uses(before=clock.after(HOUR)).rows


# How a round ends.


def ending(scene: Scene) -> str:
    """The state and the content, once it is sure that row, history and files agree."""
    now, files = row(scene.stored_object), scene.files()
    agrees_with_its_history(now)
    assert files.keys() == {now.blob_key, now.staging_key} - {""}
    if now.state == State.DELETED:
        assert (now.sha256, now.metadata, now.metadata_pairs.count()) == ("", {}, 0)
        return now.state
    if not files:
        return f"{now.state} empty"
    [content] = files.values()
    size, sha256 = (
        (now.staged_size, now.staged_sha256) if now.state == State.UPLOADING else (now.size_bytes, now.sha256)
    )
    assert (size, sha256) == (len(content), hashlib.sha256(content).hexdigest())
    return f"{now.state} {content.decode()}"


def agrees_with_its_history(now: StoredObject) -> None:
    actions = actions_on(now)
    ends = [action for action in actions if action in ENDS]
    assert len(ends) == (now.state == State.DELETED), actions
    assert not ends or actions[-1] in ENDS, actions
    assert actions.count("object.completed") == (now.completed_at is not None), actions
    assert actions.count("object.failed") == (now.state == State.ERROR) or ends, actions
    pairs = MetadataPair.objects.filter(stored_object=now).values_list("key", "value")
    assert dict(pairs) == now.metadata


def visibility(scene: Scene) -> str:
    now = row(scene.stored_object)
    assert now.was_public or not now.is_public or now.state != State.READ_ONLY
    return f"{ending(scene)}, {'public' if now.is_public else 'private'}"


def life(scene: Scene) -> str:
    return f"{ending(scene)}, {'limited' if row(scene.stored_object).delete_after else 'unlimited'}"


def creations(scene: Scene) -> str:
    [made] = StoredObject.objects.filter(name=scene.stored_object.pk)
    [remembered] = IdempotencyRecord.objects.filter(fingerprint=scene.request("POST").digest())
    assert remembered.target_id == made.pk
    made.delete()
    return "one"


def uses(scene: Scene) -> str:
    scene.owner.key.refresh_from_db()
    assert scene.owner.key.last_used_at
    return f"{KeyUse.objects.count()} left"
