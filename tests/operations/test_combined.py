"""On PostgreSQL a verb is one statement where it can be; it does what the verb does statement by statement."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from objects_app import access, audit, combined, signing
from objects_app.api import calls
from objects_app.api.inputs import DownloadOptions
from objects_app.errors import ObjectsError
from objects_app.models import AuditEvent, IdempotencyRecord, MetadataPair, State, StoredObject
from objects_app.operations import objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.operations.repeats import Fingerprint
from objects_app.signing import Purpose
from tests.factories import Person, make_object, make_person, put_bytes
from tests.operations.history import row

REQUEST = Fingerprint("POST", "/v1/objects", "request-1", b"{}")
OWN = {"id", "target_id", "stored_object_id", "staging_key", "blob_key", "account_id", "created_by"}
TIMES = {"at", "created_at", "last_activity_at", "completed_at", "verified_at", "deleted_at", "delete_after"}
NOT_TO_BE_RECORDED = {"action": None, "actor_kind": "key", "via": "api", "details": {}}
pytestmark = pytest.mark.usefixtures("postgresql_database", "disk")


@pytest.fixture
def alice() -> Person:
    return make_person("alice")


@pytest.fixture
def statement_by_statement(monkeypatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(combined, "is_possible", lambda: False)


def upload(person: Person, **columns: Any) -> StoredObject:
    new = NewObject(**{"name": "n", "content_type": "text/plain", **columns})
    return objects.create_object(new, actor=person.actor).stored_object


def staged(person: Person, **columns: Any) -> StoredObject:
    stored_object = upload(person, **columns)
    put_bytes(stored_object, b"hello")
    return row(stored_object)


def create(person: Person, _made: StoredObject, **options: Any) -> Any:
    new = NewObject(name="New", content_type="a/b", time_to_live=timedelta(days=1), declared_size=5, is_public=True)
    return objects.create_object(new, actor=person.actor, **options).stored_object


def create_once(person: Person, made: StoredObject) -> Any:
    return create(person, made, fingerprint=REQUEST)


def create_twice(person: Person, made: StoredObject) -> Any:
    create_once(person, made)
    return create_once(person, made)


def create_with_metadata(person: Person, _made: StoredObject) -> Any:
    return upload(person, metadata={"team": "red"})


def put(_person: Person, made: StoredObject) -> None:
    put_bytes(made, b"other bytes")


def complete(person: Person, made: StoredObject, **options: Any) -> Any:
    return uploads.complete_upload(made, actor=person.actor, **options)


def complete_once(person: Person, made: StoredObject) -> Any:
    return complete(person, made, fingerprint=REQUEST)


def complete_twice(person: Person, made: StoredObject) -> Any:
    complete_once(person, made)
    return complete_once(person, row(made))


def complete_what_was_replaced(person: Person, made: StoredObject) -> Any:
    put_bytes(made, b"newer")
    return complete(person, made)


def delete(person: Person, made: StoredObject) -> Any:
    return objects.delete_object(made, actor=person.actor)


def sign(person: Person, made: StoredObject) -> Any:
    """The end that the URL has is the one that its event tells."""
    options = DownloadOptions(expires_in=timedelta(minutes=5), inline=made.content_type == "text/plain")
    url = calls.issue_download_url(person.actor, made.pk, options)["download_url"]
    grant = signing.verify(Purpose.DOWNLOAD, made.pk, url.partition("?")[2])
    told = AuditEvent.objects.get(pk=grant.grant).details["expires_at"]
    assert signing.milliseconds(datetime.fromisoformat(told)) == grant.expires
    return grant.inline, grant.epoch, grant.account == person.account.pk


def calls_for_url(person: Person, made: StoredObject) -> None:
    calls.issue_download_url(person.actor, made.pk, DownloadOptions(expires_in=timedelta(minutes=5), inline=False))


def sign_of_another(_person: Person, made: StoredObject) -> Any:
    return sign(make_person(f"guest of {made.pk}"), made)


def nothing(person: Person) -> StoredObject:
    return make_object(person)


def overdue(prepare: Callable[[Person], StoredObject]) -> Callable[[Person], StoredObject]:
    def prepared(person: Person) -> StoredObject:
        made = prepare(person)
        StoredObject.objects.filter(pk=made.pk).update(delete_after=F("created_at"))
        return made

    prepared.__name__ = f"overdue {prepare.__name__}"
    return prepared


def wrong(person: Person) -> StoredObject:
    return staged(person, declared_size=6)


def labelled(person: Person) -> StoredObject:
    return make_object(person, metadata={"team": "red"})


def brief(person: Person) -> StoredObject:
    return make_object(person, time_to_live=timedelta(minutes=1), content_type="image/png")


def public(person: Person) -> StoredObject:
    return make_object(person, is_public=True)


def gone(person: Person) -> StoredObject:
    return make_object(person, state=State.DELETED)


SCENES = [
    (nothing, create),
    (nothing, create_once),
    (nothing, create_twice),
    (nothing, create_with_metadata),
    (upload, put),
    (staged, put),
    (nothing, put),
    (overdue(upload), put),
    (staged, complete),
    (staged, complete_once),
    (staged, complete_twice),
    (staged, complete_what_was_replaced),
    (upload, complete),
    (wrong, complete),
    (overdue(staged), complete),
    (nothing, complete),
    (upload, delete),
    (staged, delete),
    (labelled, delete),
    (overdue(nothing), delete),
    (gone, delete),
    (labelled, sign),
    (brief, sign),
    (upload, sign),
    (overdue(nothing), sign),
    (gone, sign),
    (public, sign_of_another),
    (nothing, sign_of_another),
]


def play(person: Person, prepare: Callable[..., StoredObject], act: Callable[..., Any]) -> list[Any]:
    made = prepare(person)
    try:
        said = act(person, made)
    except ObjectsError as error:
        said = type(error)
    return [_told(said), *_everything_of(person)]


def _told(said: Any) -> Any:
    if not isinstance(said, StoredObject):
        return said
    told, stored = ({**vars(each), "_state": None, "seen_at": None} for each in (said, row(said)))
    assert told == stored
    return _plain(told)


def _everything_of(person: Person) -> list[Any]:
    rows = {"account_id": person.account.pk}
    return [
        [_plain(each) for each in model.objects.filter(**rows).order_by("pk").values()]
        for model in (AuditEvent, IdempotencyRecord, MetadataPair)
    ] + [[_plain(each) for each in StoredObject.objects.filter(**rows).order_by("created_at").values()]]


def _plain(columns: dict[str, Any]) -> dict[str, Any]:
    """What differs between any two objects is only there or not."""
    plain = {name: value for name, value in columns.items() if name not in {"_state", "seen_at", "fingerprint"}}
    plain |= {name: bool(value) for name, value in plain.items() if name in OWN | TIMES}
    if "details" in plain:
        plain["details"] = {
            name: value for name, value in plain["details"].items() if name not in {"grant", "expires_at"}
        }
    return {name: str(value).replace("bob", "alice") for name, value in plain.items() if not name.startswith("actor_")}


@pytest.mark.parametrize(("prepare", "act"), SCENES, ids=lambda each: each.__name__)
def test_at_once_is_done_what_is_done_statement_by_statement(alice, statement_by_statement, prepare, act):
    at_once = play(alice, prepare, act)
    statement_by_statement()
    assert play(make_person("bob"), prepare, act) == at_once


@pytest.mark.parametrize(
    ("prepare", "act", "statements"),
    [
        (nothing, create, 1),
        (nothing, create_once, 1),
        (upload, put, 1),
        (staged, complete, 1),
        (staged, complete_once, 1),
        (upload, delete, 1),
        (labelled, calls_for_url, 1),
        (nothing, delete, 2),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_verb_is_one_statement_and_one_more_for_bytes_that_are_gone(alice, prepare, act, statements):
    made = prepare(alice)
    with CaptureQueriesContext(connection) as asked:
        act(alice, made)
    assert len(asked) == statements


@pytest.mark.parametrize(
    ("prepare", "act"),
    [(nothing, create_once), (upload, put), (staged, complete_once), (nothing, delete), (nothing, calls_for_url)],
    ids=lambda each: each.__name__,
)
def test_where_its_event_cannot_be_recorded_nothing_has_happened(alice, monkeypatch, prepare, act):
    made = prepare(alice)
    before = _everything_of(alice)
    monkeypatch.setattr(audit, "of_stored_object", lambda *_, **__: dict(NOT_TO_BE_RECORDED))
    with pytest.raises(IntegrityError):
        act(alice, made)
    assert _everything_of(alice) == before


@pytest.mark.parametrize(
    ("prepare", "act", "waits"),
    [
        (nothing, create_once, True),
        (upload, put, True),
        (staged, complete, True),
        (nothing, delete, True),
        (nothing, calls_for_url, False),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_changes_wait_for_the_disk_and_grants_do_not(alice, prepare, act, waits):
    made = prepare(alice)
    with CaptureQueriesContext(connection) as asked:
        act(alice, made)
    assert ("synchronous_commit" not in asked.captured_queries[0]["sql"]) == waits


def test_who_may_not_write_changes_nothing(alice):
    made, bob = make_object(alice, is_public=True), make_person("bob")
    before = _everything_of(alice)
    with pytest.raises(ObjectsError):
        objects.delete_object(made, actor=bob.actor)
    with pytest.raises(ObjectsError):
        objects.create_object(NewObject("n", "a/b"), actor=access.anonymous_actor(access.Via.API))
    assert _everything_of(alice) == before
