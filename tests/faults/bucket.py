"""A world whose bytes are in a bucket, the calls of its store that fail, and what is asked for meanwhile."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from objects_app import clock
from objects_app.lifecycle import leftovers, promotions
from objects_app.models import Promotion, State, StoredObject
from objects_app.storage.s3 import MARKER
from tests.factories import Person, store_blob
from tests.faults import cases
from tests.faults.cases import Case
from tests.faults.front import Front
from tests.faults.world import BODY, OTHER_BODY, Target, World
from tests.s3.faults import ANY, Fault
from tests.s3_proxy import S3Proxy
from tests.s3_server import S3

PREFIX = "deployment/"


class BucketWorld(World):
    """What clients send to the store is put there by the test: only what the product calls is to fail."""

    def __init__(self, front: Front, person: Person, s3: S3) -> None:
        self.s3 = s3
        super().__init__(front, person, disk=None)

    def staged(self, **declared: object) -> Target:
        target = self.created(**declared)
        self.s3.put(PREFIX + self.front.work(lambda: self.row(target).staging_key), BODY)
        return target

    def bystander_is_readable(self) -> bool:
        answer = self.front.ask("GET", self.bystander.url)
        if answer.status == 302:
            place = urlsplit(answer.headers["location"]).path.removeprefix(f"/{self.s3.bucket}/")
            return self.s3.body(place) == BODY
        return answer.body == BODY

    def _settle(self) -> bool:
        finished = set(StoredObject.objects.filter(state=State.READ_ONLY).values_list("blob_key", flat=True))
        is_whole = finished <= self.files()
        for sweep in (leftovers.purge_bytes, promotions.end_promotions, leftovers.remove_orphans):
            sweep(before=clock.now())
        staged = StoredObject.objects.filter(state=State.UPLOADING).values_list("staging_key", flat=True)
        is_whole = is_whole and finished <= self.files() <= finished.union(staged) and not Promotion.objects.exists()
        StoredObject.objects.exclude(pk=self.bystander.id).delete()
        for key in self.files() - {self.row(self.bystander).blob_key}:
            self.s3.client().delete_object(Bucket=self.s3.bucket, Key=PREFIX + key)
        return is_whole

    def files(self) -> set[str]:
        return {key.removeprefix(PREFIX) for key in self.s3.keys(PREFIX) if not key.endswith(MARKER)}


class CallFault:
    """One call of the store, by number, whatever it is for."""

    def __init__(self, proxy: S3Proxy, fault: Fault) -> None:
        self.proxy, self.fault = proxy, fault

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        self.hit = ""
        plan = self.proxy.plan(ANY, self.fault, call=number + 1)
        yield
        self.proxy.plans.remove(plan)
        self.hit = " ".join(call.operation for call in plan.met)


def _mismatching(world: World) -> Target:
    """Sent to a store that does not check what the URL demands."""
    return world.staged(declared_sha256=hashlib.sha256(OTHER_BODY).hexdigest())


def _copied_by_the_dead(world: World) -> Target:
    target = world.staged()

    def leave_copy() -> None:
        Promotion.objects.create(blob_key=store_blob(BODY), stored_object_id=target.id, until=clock.now())

    world.front.work(leave_copy)
    return target


def _without_digest(world: World) -> Target:
    """As a large object is completed."""
    target = world.completed()
    world.front.work(lambda: StoredObject.objects.filter(pk=target.id).update(sha256=""))
    return target


DIRECT = {
    "complete": Case(BucketWorld.staged, World.complete),
    "complete_with_wrong_content": Case(_mismatching, World.complete, good=400),
    "delete": cases.CHANGES["delete"],
    "purge_bytes": cases.SWEEPS["purge_bytes"],
    "remove_orphans": cases.SWEEPS["remove_orphans"],
    "end_promotions": Case(_copied_by_the_dead, lambda world, _target: world.sweep("end_promotions")),
    "compute_digests": Case(_without_digest, lambda world, _target: world.sweep("compute_digests"), goes_on=True),
    "verify_lengths": cases.SWEEPS["verify_lengths"],
    "verify_digests": cases.SWEEPS["verify_digests"],
}
PROXIED = {
    "upload": Case(World.created, cases.UPLOADS["upload"].ask, event="object.uploaded"),
    "download": cases.READS["download"],
}
WITHOUT_CALLS = {
    "create": cases.CHANGES["create"],
    "renew_upload_url": cases.CHANGES["renew_upload_url"],
    "retrieve": cases.READS["retrieve"],
    "list": cases.READS["list"],
    "download_url": cases.READS["download_url"],
    "change": cases.CHANGES["change"],
    "redirect": Case(World.downloadable, cases.READS["download"].ask, good=302, event="object.content_downloaded"),
}
