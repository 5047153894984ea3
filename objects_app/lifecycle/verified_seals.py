"""The audit trail checked against its seals, some at a time, and at last the anchor.

The job's cursor tells where a check goes on, how much it has found so far, and how the last whole one ended.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from objects_app import access, audit, clock
from objects_app.audit import AuditAction
from objects_app.lifecycle.sealing import newest_seal
from objects_app.lifecycle.sweeps import Found, Moment, Swept, moment_of
from objects_app.models import Job
from objects_app.seals import anchors
from objects_app.seals.chain import Check, Finding, compare_with_anchor

SEALS_AT_ONCE = 20
MOST_FINDINGS = 20  # of each part; `manage.py verify_audit` names all


@dataclass(frozen=True)
class Verification:
    """How a check of the whole trail ended: `findings` things were wrong with events and seals up to `seals`."""

    at: datetime
    seals: int
    findings: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.seals} {self.findings}"


def last_verification() -> Verification | None:
    cursor = Job.objects.filter(pk="verify_seals").values_list("cursor", flat=True).first() or ""
    at, seals, findings = (cursor.partition("|")[2] or "  ").split(" ")
    return Verification(datetime.fromisoformat(at), int(seals), int(findings)) if at else None


def verify_seals(*, before: Moment, limit: int, after: str) -> Swept:  # noqa: ARG001  seals of every age count
    place, _, earlier = after.partition("|")
    first, found = map(int, place.split(":")) if place else (1, 0)
    newest = newest_seal()
    if newest is None and not _anchor_file():  # where there is one, all seals were cut off
        return Swept(0, 0, more=False)
    last = newest.number if newest else 0
    is_done = first + limit > last
    check = Check(first, None if is_done else first + limit - 1)
    trouble = tuple(map(str, islice(check.findings(), MOST_FINDINGS)))
    if not is_done:
        cursor = f"{first + limit}:{found + len(trouble)}|{earlier}"
        return Swept(check.events, 0, more=True, cursor=cursor, trouble=trouble)
    trouble += tuple(map(str, islice(_anchored(), MOST_FINDINGS)))
    verification = Verification(moment_of(clock.now()), last, found + len(trouble))
    if verification.findings:
        _record(verification)
    return Swept(check.events, 0, more=False, cursor=f"|{verification}", trouble=trouble)


def find_faults(_before: Moment) -> Iterator[Found]:
    for findings in (Check().findings(), _anchored()):
        yield from (Found(str(finding.number), 0, str(finding)) for finding in findings)


def _anchor_file() -> Path | None:
    path = anchors.place()
    return path if path and path.exists() else None


def _anchored() -> Iterator[Finding]:
    if path := _anchor_file():
        yield from compare_with_anchor(path)


def _record(verification: Verification) -> None:
    with transaction.atomic():
        audit.record(
            AuditAction.AUDIT_DAMAGE_FOUND,
            actor=access.system_actor("verify_seals"),
            result="failed",
            seals=verification.seals,
            findings=verification.findings,
        )
