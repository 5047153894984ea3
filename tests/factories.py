"""Plain functions that make what tests need, through the verbs where there is one."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.contrib.auth.models import Group
from django.test import Client

from objects_app import access
from objects_app.errors import ContentMismatch
from objects_app.models import Account, ApiKey, Membership, Role, State, StoredObject, User
from objects_app.operations import accounts, keys, objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.signing import Purpose, TransferGrant
from objects_app.staff import StaffRole
from objects_app.storage import get_storage
from tests.people import DOMAIN, PASSWORD

OPERATOR = access.operator_actor("tests")


@dataclass(frozen=True)
class Person:
    """Somebody with an account of their own, its key and a way to sign in."""

    user: User
    account: Account
    membership: Membership
    key: ApiKey
    secret: str

    @property
    def actor(self) -> access.Actor:
        return access.key_actor(self.key)


def make_person(name: str, *, role: Role = Role.OWNER) -> Person:
    account = accounts.create_account(name, actor=OPERATOR)
    user = User.objects.create_user(f"{name}@{DOMAIN}", PASSWORD)
    membership = Membership.objects.create(account=account, user=user, role=role)
    key, secret = keys.create_key(account, name=f"{name}'s key", actor=OPERATOR)
    return Person(user, account, membership, key, secret)


def make_staff(role: str = "", **columns: Any) -> User:
    """Staff in the group `auditor` or `operator`, a `superuser`, or without a role."""
    columns = {"is_staff": True, "is_superuser": role == "superuser"} | columns
    user = User.objects.create_user(f"{role or 'idler'}@{DOMAIN}", PASSWORD, **columns)
    if role in set(StaffRole):
        _join(user, role)
    return user


def give_staff_role(user: User, role: str) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    _join(user, role)


def _join(user: User, role: str) -> None:
    """Tests that empty all tables take the groups along."""
    user.groups.add(Group.objects.get_or_create(name=role)[0])


class Api:
    """A client of the REST API: JSON in, JSON out, the key on every call."""

    def __init__(self, secret: str = "") -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.client = Client(headers=headers, raise_request_exception=False)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str):
        return self.client.get(path, query, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str):
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str):
        return self._send("patch", path, body, headers)

    def delete(self, path: str, **headers: str):
        return self._send("delete", path, None, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]):
        data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        return getattr(self.client, method)(path, data, content_type="application/json", headers=headers)


def store_blob(content: bytes) -> str:
    """A whole blob that no row names yet and nobody is at work on any more."""
    writer = get_storage().create()
    writer.write([content])
    key = writer.commit()
    writer.release()
    return key


def put_bytes(stored_object: StoredObject, content: bytes) -> None:
    """What a PUT to the upload URL does, without the wire."""
    grant = TransferGrant(
        purpose=Purpose.UPLOAD,
        object_id=stored_object.pk,
        account=stored_object.account_id,
        epoch=0,
        grant=0,
        expires=0,
    )
    actor = access.anonymous_actor(access.Via.SIGNED_URL)
    writer = get_storage().create()
    try:
        writer.write([content])
        key, digest = writer.commit(), hashlib.sha256(content).hexdigest()
        uploads.stage_upload(grant, key=key, size=len(content), sha256=digest, actor=actor)
    finally:
        writer.discard()


def make_object(
    person: Person,
    name: str = "notes.txt",
    *,
    state: State = State.READ_ONLY,
    content: bytes = b"hello",
    content_type: str = "text/plain",
    is_public: bool = False,
    metadata: dict[str, str] | None = None,
    time_to_live: timedelta | None = None,
) -> StoredObject:
    """An object that came to its state by the verbs: UPLOADING has nothing staged, ERROR lost to a wrong digest."""
    new = NewObject(
        name=name,
        content_type=content_type,
        is_public=is_public,
        metadata=metadata or {},
        time_to_live=time_to_live,
        declared_sha256="0" * 64 if state == State.ERROR else "",
    )
    stored_object = objects.create_object(new, actor=person.actor).stored_object
    if state == State.DELETED:
        return objects.delete_object(stored_object, actor=person.actor)
    if state == State.UPLOADING:
        return stored_object
    put_bytes(stored_object, content)
    try:
        return uploads.complete_upload(stored_object, actor=person.actor)
    except ContentMismatch:
        return access.own_objects(person.actor).get(pk=stored_object.pk)
