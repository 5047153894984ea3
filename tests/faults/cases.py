"""Everything that is asked for while something fails: how it is prepared, how it is asked for, what comes of it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from objects_app.models import KeyUse
from objects_app.storage import get_storage
from tests.faults.front import Answer
from tests.faults.world import BODY, OTHER_BODY, Target, World
from tests.operations.history import storage_fails

Prepare = Callable[[World], Target]
Ask = Callable[[World, Target], Answer]


@dataclass(frozen=True)
class Case:
    """`good` is the status without a fault; asked again, it may add the `event` once more.

    Bytes that were sent cannot be called back, and uses of keys are noted beside: where it `goes_on`, a good answer may
    leave no trace.
    """

    prepare: Prepare
    ask: Ask
    good: int = 200
    event: str = ""
    goes_on: bool = False


def _mismatching(world: World) -> Target:
    return world.staged(declared_sha256=hashlib.sha256(OTHER_BODY).hexdigest())


def _to_purge(world: World) -> Target:
    """Deleted, with its bytes still there."""
    target = world.completed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(get_storage(), "delete", storage_fails)
        assert world.call("DELETE", f"/{target.id}").status == 200
    return target


def _orphaned(world: World) -> Target:
    writer = get_storage().create()
    writer.write([BODY])
    writer.commit()
    writer.release()
    return world.fresh()


def _broken_off(world: World) -> Target:
    """As after a kill: a part that nobody holds."""
    writer = get_storage().create()
    writer.write([BODY])
    writer.release()
    return world.fresh()


def _unused_key(world: World) -> Target:
    target = world.completed()
    world.front.work(KeyUse.objects.all().delete)
    return target


def _put(body: bytes) -> Ask:
    return lambda world, target: world.front.ask("PUT", target.url, body)


def _call(method: str, path: str, sent: object = None) -> Ask:
    return lambda world, target: world.call(
        method, path.format(target.id), sent, x_request_id=f"{method}-{target.name}"
    )


def _sweep(name: str) -> Ask:
    return lambda world, _target: world.sweep(name)


def _get(world: World, target: Target) -> Answer:
    return world.front.ask("GET", target.url)


UPLOADS = {
    "upload": Case(World.created, _put(BODY), event="object.uploaded"),
    "upload_again": Case(World.staged, _put(OTHER_BODY), event="object.uploaded"),
}
CHANGES = {
    "create": Case(World.fresh, World.create, event="object.upload_url_issued"),
    "complete": Case(World.staged, World.complete),
    "complete_with_wrong_content": Case(_mismatching, World.complete, good=400),
    "delete": Case(World.completed, _call("DELETE", "/{}")),
    "change": Case(World.completed, _call("PATCH", "/{}", {"is_public": True, "metadata": {"c": "d"}})),
    "renew_upload_url": Case(World.created, _call("POST", "/{}/upload_url", {}), event="object.upload_url_issued"),
}
READS = {
    "retrieve": Case(World.completed, _call("GET", "/{}")),
    "list": Case(World.completed, _call("GET", "?include_total_count=true")),
    "list_public": Case(World.completed, _call("GET", "/list_public")),
    "download_url": Case(World.completed, _call("GET", "/{}/download"), event="object.download_url_issued"),
    "download": Case(World.downloadable, _get, event="object.content_downloaded", goes_on=True),
    "key_use": Case(_unused_key, _call("GET", "/{}"), goes_on=True),
}
SWEEPS = {
    "expire_stale_uploads": Case(World.staged, _sweep("expire_stale_uploads")),
    "purge_bytes": Case(_to_purge, _sweep("purge_bytes")),
    "remove_orphans": Case(_orphaned, _sweep("remove_orphans")),
    "remove_parts": Case(_broken_off, _sweep("remove_parts")),
    "verify_lengths": Case(World.completed, _sweep("verify_lengths")),
    "verify_digests": Case(World.completed, _sweep("verify_digests")),
    "roll_up_key_uses": Case(World.completed, _sweep("roll_up_key_uses")),
    "fold_counts": Case(World.completed, _sweep("fold_counts")),
    "recount_objects": Case(World.completed, _sweep("recount_objects")),
}
CASES = UPLOADS | CHANGES | READS | SWEEPS
