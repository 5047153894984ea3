"""What faults happen to: one account with objects of every kind, and what can be seen of them afterwards."""

import shutil
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import orjson
from django.db import connection

from objects_app import access, clock
from objects_app.lifecycle import leftovers, runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.models import AuditEvent, IdempotencyRecord, State, StoredObject
from objects_app.operations import downloads, objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.storage.disk import DiskStorage
from tests.factories import Person, put_bytes
from tests.faults.front import Answer, Front

BYSTANDERS_FOLDER = "aa"
FOLDER = "bb"  # of all blobs but the bystander's, so that sweeps read no more folders from point to point
BODY, OTHER_BODY = b"first body", b"another body"
SEEN = ("state", "is_public", "metadata", "size_bytes", "sha256", "staged_size", "staged_sha256", "error_reason")
ON_TIME = {"remove_parts", "remove_orphans"}  # their age is that of a transfer: they run by hand, at age 0


@dataclass(frozen=True)
class Target:
    """One object by its own name, so that it is found before it has an id; `url` leads to its bytes."""

    name: str
    id: str = ""
    url: str = ""


@dataclass(frozen=True)
class Seen:
    """Everything that a fault could leave half done."""

    rows: tuple[tuple[Any, ...], ...]
    repeats: int
    events: Counter[str]


class World:
    def __init__(self, front: Front, person: Person, disk: DiskStorage) -> None:
        self.front, self.person, self.disk = front, person, disk
        self.numbers = count()
        self.bystander = self.downloadable()

    def call(self, method: str, path: str, sent: Any = None, **headers: str) -> Answer:
        body = b"" if sent is None else orjson.dumps(sent)
        headers |= {"authorization": f"Bearer {self.person.secret}", "content-type": "application/json"}
        return self.front.ask(method, f"/v1/objects{path}", body, **headers)

    def fresh(self) -> Target:
        return Target(f"object-{next(self.numbers)}")

    def create(self, target: Target) -> Answer:
        new = {"name": target.name, "content_type": "text/plain", "metadata": {"a": "b"}}
        return self.call("POST", "", new, x_request_id=f"create-{target.name}")

    def created(self, **declared: Any) -> Target:
        """By the verbs: only what a fault hits goes through the door."""
        new = NewObject(self.fresh().name, "text/plain", metadata={"a": "b"}, **declared)
        upload = self.front.work(partial(objects.create_object, new, actor=self.person.actor))
        return Target(new.name, upload.stored_object.pk, upload.url)

    def staged(self, **declared: Any) -> Target:
        target = self.created(**declared)
        self.front.work(lambda: put_bytes(self.row(target), BODY))
        return target

    def complete(self, target: Target) -> Answer:
        return self.call("POST", f"/{target.id}/complete", {}, x_request_id=f"complete-{target.id}")

    def completed(self) -> Target:
        target = self.staged()
        self.front.work(lambda: uploads.complete_upload(self.row(target), actor=self.person.actor))
        return target

    def downloadable(self) -> Target:
        target = self.completed()
        options = {"actor": self.person.actor, "expires_in": timedelta(hours=1)}
        return replace(target, url=self.front.work(lambda: downloads.issue_download_url(self.row(target), **options)))

    def row(self, target: Target) -> StoredObject:
        return access.visible_objects(self.person.actor).get(pk=target.id)

    def bystander_is_readable(self) -> bool:
        answer = self.front.ask("GET", self.bystander.url)
        return (answer.status, answer.body) == (200, BODY)

    def has_no_locks(self) -> bool:
        """Whether the database has noticed that a connection was cut, and let go of what that held."""
        return self.front.work(_has_no_locks)

    def sweep(self, name: str) -> Answer:
        if name in ON_TIME:
            by_hand = {"before": clock.now(), "started_by": "tests", "longest": runs.LONGEST_RUN}
            return self.front.answer_of(partial(runs.run, JOBS[name], **by_hand))
        return self.front.answer_of(partial(runs.run_job, name, started_by="tests"))

    def see(self, target: Target) -> Seen:
        return self.front.work(partial(_see, target))

    def nothing_is_lost_or_left(self) -> bool:
        """Whether the bytes of every living object are there and, after the sweeps, no others; then start afresh."""
        return self.front.work(self._settle)

    def _settle(self) -> bool:
        wanted = _wanted_keys()
        is_whole = wanted <= self.files()
        _clean()
        is_whole = is_whole and self.files() == wanted
        StoredObject.objects.exclude(pk=self.bystander.id).delete()
        shutil.rmtree(self.disk.folder / FOLDER, ignore_errors=True)
        self.disk._ready.clear()
        return is_whole

    def files(self) -> set[str]:
        return {path.name for path in self.disk.folder.glob("??/*")}


def _see(target: Target) -> Seen:
    found = StoredObject.objects.filter(name=target.name)
    ids = list(found.values_list("id", flat=True))
    return Seen(
        rows=tuple(tuple(map(repr, values)) for values in found.values_list(*SEEN)),
        repeats=IdempotencyRecord.objects.filter(target_id__in=ids).count(),
        events=Counter(AuditEvent.objects.filter(target_id__in=ids).values_list("action", flat=True)),
    )


def _wanted_keys() -> set[str]:
    living = StoredObject.objects.filter(state__in=[State.READ_ONLY, State.UPLOADING])
    return {key for keys in living.values_list("blob_key", "staging_key") for key in keys if key}


def _clean() -> None:
    """What the schedule does in time, at age 0."""
    for sweep in (leftovers.purge_bytes, leftovers.remove_orphans, leftovers.remove_parts):
        sweep(before=clock.now())


def _has_no_locks() -> bool:
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks JOIN pg_database ON oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory'"
        )
        return cursor.fetchone() is None
