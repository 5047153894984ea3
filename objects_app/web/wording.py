"""What happened, in words and with an icon: how pages tell of audit events."""

from dataclasses import dataclass
from typing import Any

from objects_app.access import Kind
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent

WORDS: dict[str, tuple[str, str]] = {
    AuditAction.ACCOUNT_CREATED: ("users", "Account opened"),
    AuditAction.ACCOUNT_SUSPENDED: ("lock", "Account suspended"),
    AuditAction.ACCOUNT_RESUMED: ("check", "Account resumed"),
    AuditAction.ACCOUNT_CHANGED: ("gear", "Settings of the account changed"),
    AuditAction.USER_SIGNED_IN: ("user", "Signed in"),
    AuditAction.USER_SIGN_IN_FAILED: ("alert", "Sign-in failed"),
    AuditAction.USER_LOCKED_OUT: ("lock", "Locked out"),
    AuditAction.USER_SIGNED_OUT: ("out", "Signed out"),
    AuditAction.USER_CHANGED: ("pencil", "Profile changed"),
    AuditAction.USER_PASSWORD_CHANGED: ("shield", "Password changed"),
    AuditAction.USER_FACTOR_ADDED: ("shield", "Second factor added"),
    AuditAction.USER_FACTOR_REMOVED: ("shield", "Second factor removed"),
    AuditAction.USER_SESSION_ENDED: ("out", "Session ended"),
    AuditAction.USER_RESET_LINK_MADE: ("link", "Reset link made"),
    AuditAction.USER_CREATED: ("plus", "Person added"),
    AuditAction.USER_RIGHTS_CHANGED: ("shield", "Rights changed"),
    AuditAction.MEMBER_INVITED: ("plus", "Member invited"),
    AuditAction.MEMBER_INVITATION_REVOKED: ("close", "Invitation revoked"),
    AuditAction.MEMBER_JOINED: ("users", "Member joined"),
    AuditAction.MEMBER_ROLE_CHANGED: ("users", "Role changed"),
    AuditAction.MEMBER_REMOVED: ("users", "Member removed"),
    AuditAction.ACTIVITY_EXPORTED: ("out-link", "Activity exported"),
    AuditAction.AUDIT_EVENTS_REMOVED: ("clock", "Old audit events removed"),
    AuditAction.AUDIT_DAMAGE_FOUND: ("alert", "Audit trail found damaged"),
    AuditAction.JOB_ASKED_FOR: ("gear", "Run of a job asked for"),
    AuditAction.KEY_CREATED: ("key", "Key created"),
    AuditAction.KEY_ROTATED: ("rotate", "Key rotated"),
    AuditAction.KEY_REVOKED: ("close", "Key revoked"),
    AuditAction.KEY_REFUSED: ("shield", "Dead key refused"),
    AuditAction.OBJECT_CREATED: ("plus", "Object created"),
    AuditAction.OBJECT_UPLOAD_URL_ISSUED: ("link", "Upload URL issued"),
    AuditAction.OBJECT_UPLOADED: ("upload", "Content uploaded"),
    AuditAction.OBJECT_COMPLETED: ("check", "Object completed"),
    AuditAction.OBJECT_FAILED: ("alert", "Object failed"),
    AuditAction.OBJECT_VERIFIED: ("check", "Bytes verified"),
    AuditAction.OBJECT_CHANGED: ("pencil", "Object changed"),
    AuditAction.OBJECT_PUBLISHED: ("globe", "Made public"),
    AuditAction.OBJECT_UNPUBLISHED: ("lock", "Made private"),
    AuditAction.OBJECT_DELETED: ("trash", "Object deleted"),
    AuditAction.OBJECT_EXPIRED: ("clock", "Upload expired"),
    AuditAction.OBJECT_NOT_FOUND: ("search", "Object not found"),
    AuditAction.OBJECT_REFUSED: ("shield", "Refused"),
    AuditAction.DOWNLOAD_URL_ISSUED: ("link", "Download URL issued"),
    AuditAction.CONTENT_DOWNLOADED: ("download", "Content downloaded"),
    AuditAction.CONTENT_PREVIEWED: ("eye", "Content looked at"),
    AuditAction.PUBLIC_PAGE_OPENED: ("globe", "Public page opened"),
    AuditAction.STAFF_OBJECT_VIEWED: ("eye", "Looked at by staff"),
    AuditAction.ANOMALY_NEW_NETWORK: ("alert", "Key used from a new network"),
    AuditAction.ANOMALY_NOT_FOUND: ("alert", "Key asked for many objects that are not there"),
    AuditAction.ANOMALY_DOWNLOADS: ("alert", "Many downloads after it was made public"),
    AuditAction.ANOMALY_KEY_UNUSED: ("alert", "Key not used for long"),
    AuditAction.ANOMALY_FIRST_PUBLIC: ("alert", "Public for the first time"),
}
ACTOR_ICONS = {Kind.KEY: "key", Kind.PERSON: "user", Kind.ANONYMOUS: "link", Kind.SYSTEM: "gear"}

# Who is meant where nobody's name was known.
STRANGERS = {"signed_url": "somebody with a link", "public_page": "a visitor of the public page"}


@dataclass(frozen=True)
class Line:
    """An event as a row shows it."""

    event: AuditEvent
    icon: str
    words: str
    actor_icon: str
    actor: str

    @property
    def is_about_an_object(self) -> bool:
        return self.event.target_id.startswith("obj_")

    @property
    def details(self) -> list[tuple[str, Any]]:
        return list(self.event.details.items())


def words_of(action: str) -> tuple[str, str]:
    """An action that has no wording yet is told by its own name."""
    plain = action.replace(".", " ").replace("_", " ").capitalize()
    return WORDS.get(action, ("activity", plain))


def line_of(event: AuditEvent) -> Line:
    icon, words = words_of(event.action)
    is_known = event.actor_kind in list(Kind)
    actor_icon = ACTOR_ICONS[Kind(event.actor_kind)] if is_known else "user"
    actor = event.actor_label or STRANGERS.get(event.via) or event.via.replace("_", " ")
    return Line(event, icon, words, actor_icon, actor)


def choices() -> list[Any]:
    """Every action in groups by what it is about, for a select; each group may be chosen as a whole."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in AuditAction:
        group = action.partition(".")[0]
        groups.setdefault(group, [(group, f"{group.capitalize()}: all")]).append((action.value, words_of(action)[1]))
    return [("", "Any action"), *((group.capitalize(), actions) for group, actions in sorted(groups.items()))]
