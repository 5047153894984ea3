"""Every verb and sweep that can be cut short, on a disk or in a bucket, each on an object of its own name.

`act` may be done again.
"""

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from unittest.mock import patch

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from objects_app import access, failpoints, storage
from objects_app.errors import ObjectNotFound
from objects_app.models import AuditEvent, State, StoredObject, User
from objects_app.operations import downloads, exports, objects, refusals, uploads
from objects_app.operations.objects import NewObject, ObjectChanges
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import BlobNotFound, direct_storage_of, get_storage, s3
from objects_app.trail import Wanted
from tests.crash.stories import digest_of
from tests.factories import Person, give_staff_role, put_bytes, store_blob

DIED = 137
FAR_AHEAD = 2**50  # milliseconds


def in_a_process_that_dies_at(failpoint: str, act: Callable[[], object]) -> int:
    """The exit code: DIED where it came by, 0 where it came to its end."""
    _close_connections()
    process = os.fork()
    if not process:
        _act_and_exit(failpoint, act)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _close_connections() -> None:
    """Two processes must not speak through one socket."""
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()
    if isinstance(get_storage(), s3.S3Storage):
        for client in (get_storage().clients.internal, get_storage().clients.copying):
            client.close()


def _act_and_exit(failpoint: str, act: Callable[[], object]) -> None:
    status = 1
    try:
        failpoints.hook = lambda name: os._exit(DIED) if name == failpoint else None
        act()
        status = 0
    finally:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(status)


@dataclass(frozen=True)
class Cast:
    """Whose object it is, and its name."""

    person: Person
    name: str

    def twin(self) -> "Cast":
        return replace(self, name=f"twin of {self.name}")

    @property
    def object(self) -> StoredObject | None:
        return StoredObject.objects.with_current_state().filter(name=self.name).order_by("created_at").first()

    def create(self, *, declared_sha256: str = "") -> None:
        new = NewObject(name=self.name, content_type="text/plain", declared_sha256=declared_sha256)
        objects.create_object(new, actor=self.person.actor)

    def put(self, content: bytes) -> None:
        upload = self.object
        store = direct_storage_of(upload.staging_key)
        if store is None:
            put_bytes(upload, content)
        else:  # which does not check what was declared
            store.clients.internal.put_object(Bucket=store.bucket, Key=store.prefix + upload.staging_key, Body=content)

    def complete(self) -> None:
        uploads.complete_upload(self.object, actor=self.person.actor)

    def renew(self) -> None:
        uploads.renew_upload_url(self.object, actor=self.person.actor)

    def change(self) -> None:
        changes = ObjectChanges(is_public=True, metadata={"label": "new"})
        objects.change_object(self.object, changes, actor=self.person.actor)

    def delete(self) -> None:
        objects.delete_object(self.object, actor=self.person.actor)

    def observe(self) -> tuple[str, str]:
        """The state and the SHA-256 of the bytes that count in it."""
        found = self.object
        if found is None:
            return ("", "")
        counts = {State.UPLOADING: found.staging_key, State.READ_ONLY: found.blob_key}
        return (found.state, self.digest_of_blob(counts.get(State(found.state), "")))

    def digest_of_blob(self, key: str) -> str:
        try:
            return storage.digest_of(get_storage(), key) if key else ""
        except BlobNotFound:
            return ""

    def history(self) -> list[str]:
        """What the audit tells of the object but for who looked at it."""
        events = AuditEvent.objects.filter(target_label=self.name, action__startswith="object.").order_by("id")
        return list(events.values_list("action", flat=True))


def nothing(cast: Cast) -> None:
    pass


def uploading(cast: Cast) -> None:
    cast.create()


def uploaded(cast: Cast) -> None:
    cast.create()
    cast.put(b"old")


def uploaded_other_bytes(cast: Cast) -> None:
    cast.create(declared_sha256=digest_of(b"declared"))
    cast.put(b"old")


def finished(cast: Cast) -> None:
    uploaded(cast)
    cast.complete()


def deleted_with_bytes_left(cast: Cast) -> None:
    finished(cast)
    assert in_a_process_that_dies_at("delete.after_commit", cast.delete) == DIED


def uploading_with_a_part_left(cast: Cast) -> None:
    cast.create()
    assert in_a_process_that_dies_at("put.before_sync", lambda: cast.put(b"new")) == DIED


def uploaded_and_copied(cast: Cast) -> None:
    uploaded(cast)
    assert in_a_process_that_dies_at("promote.after_copy", cast.complete) == DIED


def uploading_with_an_orphan(cast: Cast) -> None:
    cast.create()
    store_blob(b"nobody's")


def finished_and_sealed(cast: Cast) -> None:
    finished(cast)
    call_command("seal_audit")


def asked_for_an_export(cast: Cast) -> None:
    give_staff_role(cast.person.user, "auditor")
    staff = access.staff_actor(User.objects.get(pk=cast.person.user.pk))
    place = {"user": cast.person.user, "account_id": cast.person.account.pk}
    exports.request_export(Wanted(action="key"), layout="csv", **place, actor=staff)


def refused_too_often(cast: Cast) -> None:
    with patch.object(settings, "REFUSALS_RECORDED", 0):
        refusals.record_refusal(ObjectNotFound(), actor=cast.person.actor, target_id="obj_x")


def damaged(cast: Cast) -> None:
    finished(cast)
    get_storage().delete([cast.object.blob_key])


def complete_in_parts(cast: Cast) -> None:
    with patch.object(s3, "LARGEST_COPY", 1):
        cast.complete()


def download(cast: Cast) -> None:
    grant = TransferGrant(
        purpose=Purpose.DOWNLOAD,
        object_id=cast.object.pk,
        account=cast.person.account.pk,
        epoch=0,
        grant=0,
        expires=FAR_AHEAD,
    )
    downloads.open_download(grant, actor=access.anonymous_actor(access.Via.SIGNED_URL)).reader.close()


def take_over(cast: Cast) -> None:
    """A PUT whose body the front server has written."""
    body = get_storage().bodies / "0000000001"
    body.write_bytes(b"new")
    file = get_storage().adopt(str(body))
    try:
        key = file.commit()
        grant = TransferGrant(Purpose.UPLOAD, cast.object.pk, cast.person.account.pk, 0, 0, FAR_AHEAD)
        actor = access.anonymous_actor(access.Via.SIGNED_URL)
        uploads.stage_upload(grant, key=key, size=file.size, sha256="", actor=actor)
    finally:
        file.discard()


def command(name: str, *arguments: str) -> Callable[[Cast], None]:
    """Where it finds damage, it says so by its exit code."""

    def act(cast: Cast) -> None:
        with suppress(CommandError):
            call_command(name, *arguments)

    return act


ALL = ("--older-than", "0")
Scenes = dict[str, tuple[Callable[[Cast], None], Callable[[Cast], None]]]
COMPLETIONS: Scenes = {
    "complete": (uploaded, Cast.complete),
    "complete other bytes than declared": (uploaded_other_bytes, Cast.complete),
}
ON_DISK: Scenes = COMPLETIONS | {
    "create": (nothing, Cast.create),
    "upload": (uploading, lambda cast: cast.put(b"new")),
    "upload again": (uploaded, lambda cast: cast.put(b"new")),
    "take over a body": (uploaded, take_over),
    "renew": (uploaded, Cast.renew),
    "change": (finished, Cast.change),
    "delete": (finished, Cast.delete),
    "delete an upload": (uploaded, Cast.delete),
    "download": (finished, download),
    "download what is damaged": (damaged, download),
    "expire": (uploaded, command("expire_uploads", *ALL)),
    "purge": (deleted_with_bytes_left, command("purge_bytes", *ALL)),
    "remove orphans": (uploading_with_an_orphan, command("remove_orphans", *ALL)),
    "remove parts": (uploading_with_a_part_left, command("remove_parts", *ALL)),
    "verify": (damaged, command("fsck", *ALL)),
    "forget audit events": (finished_and_sealed, command("forget_audit_events", *ALL)),
    "export": (asked_for_an_export, command("export_events")),
    "sum up refusals": (refused_too_often, command("sum_up_refusals", *ALL)),
    "sweep": (deleted_with_bytes_left, command("sweep")),
}
IN_BUCKET: Scenes = COMPLETIONS | {
    "complete in parts": (uploaded, complete_in_parts),
    "end promotions": (uploaded_and_copied, command("end_promotions", *ALL)),
    "purge what was copied from": (finished, command("purge_bytes", *ALL)),
}
