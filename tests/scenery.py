"""A server as it looks after weeks of use, for screenshots: `python manage.py shell -c` runs this in it."""

import json
import random
from datetime import timedelta

from objects_app import access, audit, clock
from objects_app.audit import AuditAction
from objects_app.lifecycle import runs
from objects_app.models import ApiKey, AuditEvent, KeyUse, Membership, Role, State, StoredObject, User
from objects_app.operations import downloads, exports, keys
from objects_app.trail import Wanted
from tests.factories import OPERATOR, PASSWORD, Person, give_staff_role, make_object, make_person
from tests.previews.shown import tar

STREETS = "\n".join(f"{n},Elm Street {n},{n * 7 % 90 + 10}" for n in range(1, 40))
CONTENT = {
    "train-{n:02}.csv": ("text/csv", f"id,address,value\n{STREETS}\n"),
    "eval-{n:02}.jsonl": ("application/x-ndjson", '{"question": "2+2", "answer": "4"}\n' * 20),
    "agent-{n:02}.log": ("text/plain", "12:00:01 INFO started\n12:00:02 WARN slow disk\n" * 30),
    "config-{n:02}.json": ("application/json", json.dumps({"model": "small", "steps": [1, 2, 3]}, indent=2)),
    "fit-{n:02}.py": ("text/x-python", "def fit(rows):\n    return [row for row in rows if row]\n"),
    "notes-{n:02}.md": ("text/markdown", "# Notes\n\nWhat we *tried*:\n\n1. less data\n2. more data\n"),
    "snapshot-{n:02}.tar.gz": ("application/gzip", tar(12, size=200, mode="w:gz")),
    "weights-{n:02}.bin": ("application/octet-stream", "\x01\x02" * 4000),
    "loss-{n:02}.svg": ("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>'),
}
OTHERS = (("dana", Role.ADMIN), ("erin", Role.MEMBER), ("finn", Role.VIEWER))
ODD_NAME = "quarterly-report-of-the-evaluation-of-all-models-by-all-teams-with-appendices-final-v2.pdf"


def furnish() -> None:
    """alice owns `alice`, with 60 objects, keys and events; she works in the account of bob too. sam is staff."""
    chance = random.Random(7)  # noqa: S311  pictures are the same every time
    alice, bob, sam = make_person("alice"), make_person("bob"), make_person("sam")
    User.objects.filter(pk=sam.user.pk).update(is_staff=True, is_superuser=True)
    Membership.objects.create(account=bob.account, user=alice.user, role=Role.MEMBER)
    for name, role in OTHERS:
        user = User.objects.create_user(f"{name}@example.com", PASSWORD)
        Membership.objects.create(account=alice.account, user=user, role=role)
    _fill(alice, chance)
    make_object(bob, "shared-vocabulary.txt", is_public=True)
    give_staff_role(make_person("olga").user, "operator")
    _add_keys(alice)
    _add_events(alice)
    _add_what_staff_watch(alice)


def _fill(person: Person, chance: random.Random) -> None:
    kinds = list(CONTENT.items())
    for number in range(54):
        name, (content_type, content) = kinds[number % len(kinds)]
        make_object(
            person,
            name.format(n=number),
            content=content if isinstance(content, bytes) else content.encode(),
            content_type=content_type,
            is_public=chance.random() < 0.25,
            metadata={"team": chance.choice(["red", "blue"]), "run": str(number)},
            time_to_live=timedelta(days=chance.choice([1, 7, 30])) if chance.random() < 0.3 else None,
        )
    for state in (State.UPLOADING, State.UPLOADING, State.ERROR, State.DELETED):
        make_object(person, f"{state.lower()}.bin", content_type="application/octet-stream", state=state)
    make_object(person, ODD_NAME, content_type="application/pdf", content=b"%PDF-1.7")
    make_object(person, "<img src=x onerror=alert(1)>.html", content_type="text/html", content=b"<b>hello</b>")


def _add_keys(person: Person) -> None:
    actor = access.member_actor(person.membership)
    soon = clock.after(timedelta(days=12))
    keys.create_key(person.account, name="nightly evaluation", actor=actor, scopes=("objects:read",), expires_at=soon)
    devbox, _ = keys.create_key(person.account, name="devbox of dana, the one with the long name", actor=actor)
    gone, _ = keys.create_key(person.account, name="laptop that was lost", actor=actor)
    keys.revoke_key(gone, actor=actor)
    old, _ = keys.create_key(person.account, name="ci", actor=actor)
    keys.rotate_key(ApiKey.objects.get(pk=old.pk), overlap=timedelta(hours=24), actor=actor)
    KeyUse.objects.create(key=devbox, address="203.0.113.24")
    KeyUse.objects.create(key=person.key, address="2001:db8:85a3::8a2e:370:7334")


def _add_events(person: Person) -> None:
    actor = access.member_actor(person.membership)
    stored_object = make_object(person, "handbook.txt", is_public=True)
    downloads.issue_download_url(stored_object, actor=actor, expires_in=timedelta(hours=1))
    audit.record(AuditAction.OBJECT_REFUSED, actor=person.actor, target_id="obj_unknown", result="scope_missing")
    stranger = access.anonymous_actor(access.Via.SIGNED_URL, address="198.51.100.4", request_id="req-0001")
    audit.record(AuditAction.CONTENT_DOWNLOADED, actor=stranger, target=stored_object, size=5)
    audit.record(AuditAction.ACCOUNT_RESUMED, actor=OPERATOR, target=person.account)


def _add_what_staff_watch(person: Person) -> None:
    """An anomaly, a flood, downloads by a link, an export, runs of jobs, and a chain that was verified."""
    stored_object = StoredObject.objects.get(name="handbook.txt")
    grant = AuditEvent.objects.get(action=AuditAction.DOWNLOAD_URL_ISSUED)
    visitor = access.anonymous_actor(access.Via.SIGNED_URL, address="203.0.113.77", request_id="req_of_a_visitor")
    for _ in range(5):
        audit.record(AuditAction.CONTENT_DOWNLOADED, actor=visitor, target=stored_object, size=5, grant=grant.pk)
    flood = {"count": 480, "first_at": "2026-11-25T08:00:00+00:00", "last_at": "2026-11-25T08:00:58+00:00"}
    audit.record(AuditAction.OBJECT_NOT_FOUND, actor=person.actor, result="object_not_found", **flood)
    for job in ("seal_audit", "find_anomalies", "verify_seals"):
        runs.run_job(job, started_by="schedule")
    sam = User.objects.get(email="sam@example.com")
    own = sam.memberships.get().account_id
    exports.request_export(
        Wanted(action="object"), layout="csv", user=sam, account_id=own, actor=access.staff_actor(sam)
    )
