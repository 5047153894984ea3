"""Anchors: what each seal says, kept outside the database, in a file that is only ever added to.

The hash in one line vouches for every seal before it, and so for every event they cover. A file that is begun anew
begins with the newest seal.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from objects_app.models import AuditSeal

TAIL = 4096  # bytes: a line has some 300


@dataclass(frozen=True)
class Anchor:
    number: int
    kind: str
    last_id: int
    created_at: str
    hash: str
    key_id: str
    signature: str

    def __str__(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def anchor_of(seal: AuditSeal) -> Anchor:
    return Anchor(
        number=seal.number,
        kind=seal.kind,
        last_id=seal.last_id,
        created_at=seal.created_at.isoformat(timespec="milliseconds"),
        hash=seal.hash,
        key_id=seal.key_id,
        signature=seal.signature,
    )


def parse(line: str) -> Anchor | None:
    """None where it is no anchor."""
    try:
        anchor = Anchor(**json.loads(line))
    except (TypeError, ValueError):
        return None
    return anchor if isinstance(anchor.number, int) else None


def lines_of(path: Path) -> Iterator[tuple[int, Anchor | None]]:
    """Each line with its place in the file, which begins with 1."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for place, line in enumerate(file, start=1):
            yield place, parse(line)


def place() -> Path | None:
    """The file of the settings, else one beside SQLite; none where machines come and go, and the log has to do."""
    if settings.AUDIT_ANCHOR_FILE:
        return Path(settings.AUDIT_ANCHOR_FILE)
    return None if settings.DATABASE_URL else Path(settings.DATA_DIR, "audit.anchor")


def catch_up() -> tuple[str, ...]:
    """Add every seal that is newer than the last line, for a process may have died between seal and anchor.

    Return what is wrong: the seals are written, whatever becomes of the file.
    """
    path = place()
    if path is None:
        return ()
    try:
        return _catch_up(path)
    except OSError as error:
        return (f"{path} cannot be used: {error.strerror}",)


def _catch_up(path: Path) -> tuple[str, ...]:
    newest = AuditSeal.objects.order_by("-number").first()
    last = _last_of(path)
    if last and (newest is None or last.number > newest.number):
        return (f"{path} knows seal {last.number}, which the database does not: run verify_audit.",)
    if newest:
        after = last.number if last else newest.number - 1
        _append(path, AuditSeal.objects.filter(number__gt=after).order_by("number").iterator(chunk_size=100))
    return ()


def _last_of(path: Path) -> Anchor | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL, 0))
        *_, last = [b"", *file.read().splitlines()]
    return parse(last.decode(errors="replace"))


def _append(path: Path, seals: Iterator[AuditSeal]) -> None:
    for seal in seals:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(f"{anchor_of(seal)}\n".encode())
            file.flush()
            os.fsync(file.fileno())
