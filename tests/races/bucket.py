"""Completions in a bucket: the copies they make, what meets them, and clients whose URLs of the store still work.

Every round ends with every sweep: what a row names is there then, and nothing else.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx

from objects_app import clock
from objects_app.lifecycle import leftovers, promotions
from objects_app.models import Promotion, State, StoredObject
from objects_app.operations import objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.operations.repeats import Fingerprint
from objects_app.storage.s3 import MARKER
from tests.factories import Person, store_blob
from tests.operations.history import row
from tests.races.pairs import FIRST, SECOND, Pair
from tests.races.scenes import (
    HOUR,
    agrees_with_its_history,
    complete,
    complete_once,
    delete,
    expire,
    purge,
    remove_orphans,
)
from tests.s3_server import S3

DAY = timedelta(days=1)
PREFIX = "deployment/"


@dataclass
class Scene:
    """One object, and the URL that its client was given to PUT to."""

    owner: Person
    s3: S3
    stored_object: StoredObject
    url: str

    def request(self, verb: str) -> Fingerprint:
        return Fingerprint(verb, self.stored_object.pk, "retry-1", b"{}")

    def blobs(self) -> dict[str, bytes]:
        return {key: self.s3.body(PREFIX + key) for key in self.keys()}

    def keys(self) -> list[str]:
        return [key.removeprefix(PREFIX) for key in self.s3.keys(PREFIX) if not key.endswith(MARKER)]

    def clear(self) -> None:
        """What the next round must not meet."""
        StoredObject.objects.filter(pk=self.stored_object.pk).delete()
        for key in self.keys():
            self.s3.client().delete_object(Bucket=self.s3.bucket, Key=PREFIX + key)


# How a round begins.


def uploading(owner: Person, s3: S3) -> Scene:
    upload = objects.create_object(NewObject("notes", "text", time_to_live=DAY), actor=owner.actor)
    return Scene(owner, s3, upload.stored_object, upload.url)


def staged(owner: Person, s3: S3) -> Scene:
    scene = uploading(owner, s3)
    _put(scene, b"first")
    return scene


def staged_beside_an_orphan(owner: Person, s3: S3) -> Scene:
    store_blob(b"nobody's")
    return staged(owner, s3)


def staged_beside_a_copy_of_the_dead(owner: Person, s3: S3) -> Scene:
    """As after a kill between copy and commit."""
    scene = staged(owner, s3)
    Promotion.objects.create(blob_key=store_blob(b"first"), stored_object=scene.stored_object, until=clock.ago(HOUR))
    return scene


def completed(owner: Person, s3: S3) -> Scene:
    """What it was copied from is still there."""
    scene = staged(owner, s3)
    complete(scene)
    scene.stored_object = row(scene.stored_object)
    return scene


def completed_and_purged(owner: Person, s3: S3) -> Scene:
    scene = completed(owner, s3)
    assert purge(scene) == 1
    return scene


# What meets, beside what meets on a disk.


def put(scene: Scene) -> str:
    _put(scene, b"second")
    return "stored"


def _put(scene: Scene, body: bytes) -> None:
    assert httpx.put(scene.url, content=body).status_code == 200


def end_overdue(scene: Scene) -> int:
    """The sweep as it comes by."""
    return promotions.end_promotions(before=clock.now()).rows


def end_all(scene: Scene) -> int:
    """The sweep as it comes when every lease is over, although the copies are still under way."""
    return promotions.end_promotions(before=clock.after(DAY)).rows


# How a round ends.


def ending(scene: Scene) -> str:
    """The state and the content, once it is sure that row, history and bucket agree."""
    agrees_with_its_history(row(scene.stored_object))
    _sweep(scene)
    now, found = row(scene.stored_object), scene.blobs()
    assert (Promotion.objects.count(), found.keys()) == (0, {now.blob_key, now.staging_key} - {""})
    if now.state == State.READ_ONLY:
        [content] = found.values()
        assert (now.size_bytes, now.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        return f"READ_ONLY {content.decode()}"
    if now.state == State.UPLOADING:  # whatever happened, it can still be completed
        uploads.complete_upload(now, actor=scene.owner.actor)
        return f"UPLOADING, then {ending(scene)}"
    return now.state


def _sweep(scene: Scene) -> None:
    for sweep in (promotions.end_promotions, leftovers.purge_bytes, leftovers.remove_orphans):
        assert not sweep(before=clock.after(DAY)).trouble


@dataclass(frozen=True)
class InBucket(Pair):
    """`lease` is how long a completion believes that no other begins the same copy."""

    begins: Callable[[Person, S3], Scene]
    ending: Callable[[Scene], str] = ending
    lease: timedelta = HOUR

    def __str__(self) -> str:
        return f"{super().__str__()}{'' if self.lease else '-without-lease'}"


AGAIN = f"UPLOADING, then {FIRST}"
TWO_COMPLETIONS = {
    ("READ_ONLY", "NotUploading", FIRST),
    ("NotUploading", "READ_ONLY", FIRST),
}
PAIRS = [
    InBucket(
        "X2",
        staged,
        complete,
        complete,
        TWO_COMPLETIONS | {("READ_ONLY", "StillCompleting", FIRST), ("StillCompleting", "READ_ONLY", FIRST)},
    ),
    InBucket("X2", staged, complete, complete, TWO_COMPLETIONS, lease=timedelta(0)),
    InBucket(
        "X2",
        staged,
        complete_once,
        complete_once,
        {
            ("READ_ONLY", "READ_ONLY", FIRST),
            ("READ_ONLY", "StillCompleting", FIRST),
            ("StillCompleting", "READ_ONLY", FIRST),
        },
    ),
    InBucket("X1", staged, complete, expire, {("READ_ONLY", 0, FIRST), ("NotUploading", 1, "DELETED")}),
    InBucket(
        "X3",
        staged,
        delete,
        complete,
        {
            ("DELETED", "READ_ONLY", "DELETED"),
            ("DELETED", "NotUploading", "DELETED"),
            ("DELETED", "DELETED", "DELETED"),
        },
    ),
    InBucket("X16", staged, complete, end_all, {("READ_ONLY", 0, FIRST), ("StillCompleting", 1, AGAIN)}),
    InBucket("X16", staged_beside_a_copy_of_the_dead, complete, end_overdue, {("READ_ONLY", 1, FIRST)}),
    InBucket(
        "X15",
        staged_beside_a_copy_of_the_dead,
        end_overdue,
        end_overdue,
        {(1, 1, AGAIN)},
        also=frozenset({(0, 1, AGAIN), (1, 0, AGAIN)}),
    ),
    InBucket("X23", staged, complete, put, {("READ_ONLY", "stored", FIRST), ("READ_ONLY", "stored", SECOND)}),
    InBucket("X10", staged, delete, put, {("DELETED", "stored", "DELETED")}),
    InBucket("X7", completed, purge, put, {(1, "stored", FIRST)}),
    InBucket(
        "X7", completed_and_purged, remove_orphans, put, {(0, "stored", FIRST)}, also=frozenset({(1, "stored", FIRST)})
    ),
    InBucket("X15", completed, purge, delete, {(1, "DELETED", "DELETED")}, also=frozenset({(0, "DELETED", "DELETED")})),
    InBucket("X18", staged_beside_an_orphan, complete, remove_orphans, {("READ_ONLY", 1, FIRST)}),
]
