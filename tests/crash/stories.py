"""What one client knows of one object: what was acknowledged, and what was under way when no answer came."""

import hashlib
from dataclasses import dataclass, field


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass
class Story:
    """`staged` is the SHA-256 of the last acknowledged PUT, `arriving` those that may have been carried out since."""

    id: str
    upload_url: str = ""
    download_url: str = ""
    is_public: bool = False
    staged: str = ""
    arriving: set[str] = field(default_factory=set)
    completing: bool = False
    completed: bool = False
    deleting: bool = False
    deleted: bool = False
    expiring: bool = False

    @property
    def contents(self) -> set[str]:
        return self.arriving | ({self.staged} if self.staged else set())

    @property
    def is_settled(self) -> bool:
        """Completed or deleted, and nothing is under way."""
        return self.deleted or (self.completed and not self.deleting)

    @property
    def states(self) -> set[str]:
        """Those that the object may be in."""
        if self.deleted:
            return {"DELETED"}
        states = {"READ_ONLY"} if self.completed else {"UPLOADING"}
        if self.completing:
            states.add("READ_ONLY")
        if self.deleting or (self.expiring and "UPLOADING" in states):
            states.add("DELETED")
        return states

    def settle(self, state: str) -> None:
        """What was under way is over: it was carried out or it was not, and that stays so."""
        self.completed = self.completed or state == "READ_ONLY"
        self.deleted = state == "DELETED"
        self.completing = self.deleting = False

    def settle_content(self, digest: str) -> None:
        self.staged, self.arriving = digest, set()
