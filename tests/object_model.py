"""What the state machine believes: objects as plain values, and what each call must answer for them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

START = datetime(2026, 1, 1, tzinfo=UTC)
URL_LIFETIME = timedelta(hours=1)


@dataclass(eq=False)
class Believed:
    """One object. `content` is what was PUT last; `events` are the actions that its audit trail must hold, in order."""

    id: str
    owner: str
    created_at: datetime
    is_public: bool
    delete_after: datetime | None
    declared_sha256: str | None
    last_activity: datetime
    state: str = "UPLOADING"
    content: bytes | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    epoch: int = 0
    upload_urls: list[tuple[str, datetime]] = field(default_factory=list)
    events: list[str] = field(default_factory=lambda: ["object.created"])

    def state_at(self, now: datetime) -> str:
        due = self.delete_after is not None and self.delete_after <= now
        return "DELETED" if due else self.state

    def is_open(self, now: datetime) -> bool:
        return self.state_at(now) == "UPLOADING"

    def is_public_at(self, now: datetime) -> bool:
        return self.is_public and self.state_at(now) == "READ_ONLY"

    def is_visible_to(self, who: str, now: datetime) -> bool:
        return who == self.owner or self.is_public_at(now)

    def refusal_to_change(self, who: str, now: datetime) -> int | None:
        """The status for whoever may not write to it at all; the trail keeps the refusal."""
        if who == self.owner:
            return None
        status = 403 if self.is_public_at(now) else 404
        self.events.append("object.refused" if status == 403 else "object.not_found")
        return status

    def upload_status(self, expires: datetime, now: datetime) -> int:
        return 200 if now < expires and self.is_open(now) else 403

    def complete(self, now: datetime) -> int:
        if not self.is_open(now):
            return 409
        if self.content is None:
            return 400
        if self.declared_sha256 not in (None, sha256(self.content).hexdigest()):
            self.state, self.content = "ERROR", None
            self.events.append("object.failed")
            return 400
        self.state = "READ_ONLY"
        self.events.append("object.completed")
        return 200

    def delete(self, event: str = "object.deleted") -> None:
        if self.state != "DELETED":
            self.state, self.content, self.metadata = "DELETED", None, {}
            self.events.append(event)

    def lose_content(self, left: bytes | None) -> None:
        """The storage has only `left` of it, and the sweeps have noticed."""
        self.content = left
        if self.state == "READ_ONLY":
            self.state = "ERROR"
        self.events.append("object.failed")

    def change(self, sent: dict, now: datetime) -> int:
        if self.state_at(now) not in ("UPLOADING", "READ_ONLY"):
            return 409
        self.metadata = sent.get("metadata", self.metadata)
        if "ttl_ms" in sent:
            self.delete_after = now + timedelta(milliseconds=sent["ttl_ms"]) if sent["ttl_ms"] else None
        if sent.keys() & {"metadata", "ttl_ms"}:
            self.events.append("object.changed")
        if "is_public" in sent and sent["is_public"] != self.is_public:
            self.is_public = sent["is_public"]
            self.epoch += not self.is_public
            self.events.append("object.published" if self.is_public else "object.unpublished")
        return 200


@dataclass(frozen=True)
class BelievedUrl:
    """A download URL: who asked for it, when it runs out, and the visibility that it counts on."""

    url: str
    target: Believed
    minted_by: str
    expires: datetime
    epoch: int

    def status(self, now: datetime) -> int:
        if now >= self.expires:
            return 403
        still_public = self.target.is_public and self.target.epoch == self.epoch
        is_allowed = self.minted_by == self.target.owner or still_public
        return 200 if is_allowed and self.target.state_at(now) == "READ_ONLY" else 404
