"""What somebody does who has the database file, or its password, and has taken the triggers away first."""

from typing import Any

from django.db import connection

from objects_app import access, audit
from objects_app.audit import AuditAction
from objects_app.lifecycle import sealing
from objects_app.models import AuditEvent, AuditSeal
from objects_app.seals.chain import Check

EVENTS = "objects_app_auditevent"
SEALS = "objects_app_auditseal"
TRIGGERS = {
    "sqlite": ["audit_event_no_update", "audit_event_no_delete", "audit_seal_no_update", "audit_seal_no_delete"],
    "postgresql": [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in (EVENTS, SEALS)],
}


def take_triggers_away() -> None:
    with connection.cursor() as cursor:
        for each in TRIGGERS[connection.vendor]:
            cursor.execute(each if " " in each else f"DROP TRIGGER {each}")


def put_triggers_back() -> None:
    """Of a database that other tests go on with; a file of SQLite is the test's own."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in (EVENTS, SEALS):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def run(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def record(count: int = 1, **details: Any) -> list[int]:
    """Events with something in every column; return their ids."""
    actor = access.anonymous_actor(access.Via.SIGNED_URL, address="192.0.2.7", request_id="req-1")
    action = AuditAction.CONTENT_DOWNLOADED
    made = []
    for number in range(count):
        about = {"target_id": f"obj_{number}", "size": number, "number": number, **details}
        made.append(audit.record(action, actor=actor, **about).pk)
    return made


def seal(limit: int = 1_000) -> int:
    return sealing.seal_audit(limit=limit).rows


def make_seals(*sizes: int) -> list[AuditSeal]:
    """One seal over so many new events each."""
    for size in sizes:
        record(size)
        assert seal() == size
    return list(AuditSeal.objects.order_by("number"))


def told() -> list[str]:
    return [str(finding) for finding in Check().findings()]


def ids() -> list[int]:
    return list(AuditEvent.objects.order_by("id").values_list("id", flat=True))
