"""One day of use through API, pages, URLs and admin, and the whole trail that it leaves: nothing more, nothing less."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client

from objects_app import event_files
from objects_app.models import ApiKey, AuditEvent, Membership, Role, StoredObject, User
from objects_app.operations.keys import SECRET
from objects_app.seals.chain import Check
from objects_app.transfer.downloads import SMALLEST_BLOCK
from tests.admin.acting import REASON, act
from tests.asgi import CUT, block, send
from tests.factories import PASSWORD, Api, Person, make_person, make_staff

LOCAL, AT_HOME, MEMBER, OFFICE, PROGRAM, VISITOR = "127.0.0.1", *(f"192.0.2.{number}" for number in range(1, 6))
CONTENT = b"x" * (3 * SMALLEST_BLOCK)
NEW = {"content_type": "text/plain"}


@dataclass(frozen=True)
class Fact:
    """An event without its number, its time and its request."""

    action: str
    account_id: str = ""
    actor_kind: str = ""
    actor_id: str = ""
    actor_label: str = ""
    via: str = ""
    address: str | None = None
    target_type: str = ""
    target_id: str = ""
    target_label: str = ""
    result: str = "ok"
    bytes: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def everything_in_this_thread(real_database, visits_in_this_thread, monkeypatch):
    monkeypatch.setattr(event_files, "close_old_connections", lambda: None)


def browser_at(address: str, email: str, *passwords: str) -> Client:
    browser = Client(REMOTE_ADDR=address)
    for password in passwords:
        browser.post("/accounts/login/", {"login": email, "password": password})
    return browser


def api_at(address: str, secret: str) -> Api:
    api = Api(secret)
    api.client.defaults["REMOTE_ADDR"] = address
    return api


def taken(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


class Day:
    """What alice, a viewer of her account, a visitor, an operator and a sweep do, one after another."""

    def __init__(self) -> None:
        self.alice, bob = make_person("alice"), make_person("bob")
        self.viewer = User.objects.create_user("viewer@example.com", PASSWORD)
        Membership.objects.create(user=self.viewer, account=self.alice.account, role=Role.VIEWER)
        self.operator = make_staff("operator")
        self.foreign = Api(bob.secret).post("/v1/objects", {"name": "bobs", **NEW}).json()["id"]
        self.bob: Person = bob
        self.before = AuditEvent.objects.latest("id").pk

    def pass_by(self) -> None:
        self.alice_comes()
        self.program_stores_and_reads()
        self.alice_publishes()
        self.operator_works()
        call_command("expire_uploads", "--older-than", "0", "--limit", "1")
        self.alice_leaves()

    def alice_comes(self) -> None:
        self.browser = browser_at(AT_HOME, "alice@example.com", "wrong", PASSWORD)
        wanted = {"name": "ci", "scopes": ["objects:read", "objects:write"], "lifetime": "90"}
        page = self.browser.post("/keys/new", wanted).content.decode()
        self.program = api_at(PROGRAM, re.search(SECRET.pattern, page)[0])
        self.key = ApiKey.objects.get(name="ci")

    def program_stores_and_reads(self) -> None:
        made = self.create("report")
        self.report = made["id"]
        assert send("PUT", made["upload_url"], block(CONTENT, more=False))[0] == 200
        self.program.post(f"/v1/objects/{self.report}/complete", {})
        assert self.program.get("/v1/objects").json()["objects"][0]["id"] == self.report
        issued = self.program.post(f"/v1/objects/{self.report}/download", {"expires_in_seconds": 60}).json()
        self.url = issued["download_url"]
        assert send("GET", self.url) == (200, CONTENT)
        send("GET", self.url, CUT)
        assert self.program.get(f"/v1/objects/{self.foreign}").status_code == 404

    def create(self, name: str) -> dict[str, Any]:
        return self.program.post("/v1/objects", {"name": name, **NEW}).json()

    def alice_publishes(self) -> None:
        self.browser.post(f"/objects/{self.report}/publish")
        assert Client(REMOTE_ADDR=VISITOR).get(f"/o/{self.report}").status_code == 200
        viewer = browser_at(MEMBER, "viewer@example.com", PASSWORD)
        assert viewer.post(f"/objects/{self.report}/unpublish").status_code == 403

    def operator_works(self) -> None:
        browser = browser_at(OFFICE, "operator@example.com", PASSWORD)
        browser.get(f"/admin/objects_app/storedobject/{self.foreign}/change/")
        act(browser, "storedobject", "make_private", StoredObject.objects.get(pk=self.report))
        self.drafts = [self.create(name)["id"] for name in ("first draft", "second draft")]
        act(browser, "storedobject", "delete", *StoredObject.objects.filter(pk__in=self.drafts))
        assert taken(browser.post("/admin/export-events/", {"format": "csv"}))
        browser.post("/accounts/logout/")

    def alice_leaves(self) -> None:
        self.browser.post(f"/keys/{self.key.pk}/revoke")
        assert taken(self.browser.post("/activity/export", {"format": "ndjson"}))
        self.browser.post("/accounts/logout/")

    def events(self) -> list[AuditEvent]:
        return list(AuditEvent.objects.filter(pk__gt=self.before).order_by("pk"))


class Expected:
    """The facts of a day, each with all that it should hold."""

    def __init__(self, day: Day, *, uploading: int, downloading: int) -> None:
        """The numbers are of the events that granted the two URLs."""
        self.day, self.uploading, self.downloading = day, uploading, downloading

    def facts(self) -> list[Fact]:
        return [*self.coming(), *self.storing(), *self.publishing(), *self.working(), *self.leaving()]

    def by_person(self, action: str, person: User, address: str, *, via: str = "session", **more: Any) -> Fact:
        actor = {"actor_kind": "person", "actor_id": str(person.pk), "actor_label": person.email}
        return Fact(action, **actor, via=via, address=address, **more)

    def by_alice(self, action: str, **more: Any) -> Fact:
        return self.by_person(action, self.day.alice.user, AT_HOME, **more)

    def by_operator(self, action: str, **more: Any) -> Fact:
        return self.by_person(action, self.day.operator, OFFICE, **{"via": "admin"} | more)

    def by_program(self, action: str, **more: Any) -> Fact:
        key = self.day.key
        actor = {"actor_kind": "key", "actor_id": key.pk, "actor_label": f"ci (hld_…{key.last_four})"}
        return Fact(action, **actor, via="api", address=PROGRAM, **{"account_id": self.account} | more)

    def by_url(self, action: str, **more: Any) -> Fact:
        return Fact(action, actor_kind="anonymous", via="signed_url", address=LOCAL, **self.report, **more)

    @property
    def account(self) -> str:
        return self.day.alice.account.pk

    @property
    def report(self) -> dict[str, str]:
        return self.object(self.day.report, "report")

    @property
    def of_key(self) -> dict[str, str]:
        key = {"target_type": "apikey", "target_id": self.day.key.pk, "target_label": "ci"}
        return {"account_id": self.account, **key}

    def object(self, object_id: str, name: str) -> dict[str, str]:
        target = {"target_type": "storedobject", "target_id": object_id, "target_label": name}
        return {"account_id": self.account, **target}

    def of(self, person: User) -> dict[str, str]:
        return {"target_type": "user", "target_id": str(person.pk), "target_label": person.email}

    def coming(self) -> list[Fact]:
        alice = self.day.alice.user
        failure = {"actor_kind": "anonymous", "via": "session", "address": AT_HOME, "result": "refused"}
        scopes = ["objects:read", "objects:write"]
        return [
            Fact("user.sign_in_failed", **failure, details={"email": alice.email, "factor": "password"}),
            self.by_alice("user.signed_in", **self.of(alice)),
            self.by_alice("key.created", **self.of_key, details={"scopes": scopes}),
        ]

    def storing(self) -> list[Fact]:
        whole, digest = len(CONTENT), sha256(CONTENT).hexdigest()
        used = {"grant": self.downloading, "for_account": self.account}
        ends = datetime.fromtimestamp(int(parse_qs(urlsplit(self.day.url).query)["expires"][0]) / 1000, UTC)
        return [
            self.by_program("object.created", **self.report, details={"is_public": False}),
            self.by_url("object.uploaded", bytes=whole, details={"grant": self.uploading}),
            self.by_program("object.completed", **self.report, bytes=whole, details={"sha256": digest}),
            self.by_program("object.download_url_issued", **self.report, details={"expires_at": ends.isoformat()}),
            self.by_url("object.content_downloaded", bytes=whole, details=used),
            self.by_url("object.content_downloaded", bytes=SMALLEST_BLOCK, result="cut", details=used),
            self.by_program("object.not_found", target_id=self.day.foreign, result="object_not_found"),
        ]

    def publishing(self) -> list[Fact]:
        visit = {"actor_kind": "anonymous", "via": "public_page", "address": VISITOR}
        viewer, refused = self.day.viewer, {"account_id": self.account, "result": "scope_missing"}
        return [
            self.by_alice("object.published", **self.report),
            Fact("object.public_page_opened", **visit, **self.report),
            self.by_person("user.signed_in", viewer, MEMBER, **self.of(viewer)),
            self.by_person("object.refused", viewer, MEMBER, target_id=self.day.report, **refused),
        ]

    def working(self) -> list[Fact]:
        operator, reason = self.day.operator, {"reason": REASON}
        looked_at = self.object(self.day.foreign, "bobs") | {"account_id": self.day.bob.account.pk}
        drafts = [
            self.object(pk, name) for pk, name in zip(self.day.drafts, ("first draft", "second draft"), strict=True)
        ]
        return [
            self.by_operator("user.signed_in", via="session", **self.of(operator)),
            self.by_operator("staff.object_viewed", **looked_at),
            self.by_operator("object.unpublished", **self.report, details=reason),
            *(self.by_program("object.created", **draft, details={"is_public": False}) for draft in drafts),
            *(self.by_operator("object.deleted", **draft, details=reason) for draft in reversed(drafts)),
            self.by_operator("activity.exported", details={"format": "csv", "filters": {}}),
            self.by_operator("user.signed_out", via="session", **self.of(operator)),
        ]

    def leaving(self) -> list[Fact]:
        alice = self.day.alice.user
        swept = self.object(self.day.foreign, "bobs") | {"account_id": self.day.bob.account.pk}
        sweep = {"actor_id": "expire_stale_uploads", "actor_label": "system:expire_stale_uploads", "via": "worker"}
        exported = {"account_id": self.account, "details": {"format": "ndjson", "filters": {}}}
        return [
            Fact("object.expired", actor_kind="system", **sweep, **swept),
            self.by_alice("key.revoked", **self.of_key),
            self.by_alice("activity.exported", **exported),
            self.by_alice("user.signed_out", **self.of(alice)),
        ]


def fact_of(event: AuditEvent) -> Fact:
    """With the end of a URL in whole milliseconds, which is what the URL tells of it."""
    fact = Fact(**{name: getattr(event, name) for name in Fact.__dataclass_fields__})
    if "expires_at" not in fact.details:
        return fact
    ends = datetime.fromisoformat(fact.details["expires_at"])
    ends = ends.replace(microsecond=ends.microsecond // 1000 * 1000)
    return replace(fact, details=fact.details | {"expires_at": ends.isoformat()})


def test_a_day_leaves_exactly_its_trail_and_the_chain_holds_it(everything_in_this_thread):
    day = Day()
    day.pass_by()
    events = day.events()
    by_action = {event.action: event for event in events}
    issued = by_action["object.download_url_issued"]
    created = next(event for event in events if event.target_id == day.report)
    expected = Expected(day, uploading=created.pk, downloading=issued.pk)
    assert [fact_of(event) for event in events] == expected.facts()
    assert all(bool(event.request_id) == (event.actor_kind != "system") for event in events)
    assert [event.at for event in events] == sorted(event.at for event in events)
    call_command("seal_audit")
    check = Check()
    assert list(check.findings()) == []
    assert (check.events, check.unsealed()) == (AuditEvent.objects.count(), 0)
