"""Who can read an object right now, and why: the questions that doors ask of `access`, asked for everybody at once."""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from objects_app import access
from objects_app.access import SCOPES, Actor, Kind, Verb
from objects_app.models import ApiKey, Membership, State, StoredObject
from objects_app.operations import uses
from objects_app.operations.keys import live_keys
from objects_app.operations.uses import Uses

MEMBERS_AT_MOST = 1_000
STRANGER = Actor(kind=Kind.KEY, account_id=access.ANYBODY, scopes=frozenset({SCOPES[Verb.READ]}))


class Reason(StrEnum):
    OWN_ACCOUNT = "own_account"
    PUBLIC = "public"
    NO_CONTENT = "no_content"
    SCOPE_MISSING = "scope_missing"
    NOT_LIVE = "not_live"
    OTHER_ACCOUNT = "other_account"


@dataclass(frozen=True)
class Verdict:
    key_id: str
    reason: Reason

    @property
    def can_read(self) -> bool:
        return self.reason in {Reason.OWN_ACCOUNT, Reason.PUBLIC}


@dataclass(frozen=True)
class Readers:
    """`has_content` is False where there is nothing to read for anybody, whoever may look at the record."""

    stored_object: StoredObject
    has_content: bool
    is_public: bool
    pages: str
    members: list[Membership]
    keys: list[ApiKey]
    urls: Uses


def readers_of(stored_object: StoredObject, *, actor: Actor) -> Readers:
    """For whoever may look at it and change who reads it: the account that owns it, and both scopes."""
    _require(actor, stored_object)
    members = access.working_members(stored_object.account_id)[:MEMBERS_AT_MOST]
    keys = live_keys().filter(account=stored_object.account_id).order_by("-created_at", "id")
    has_content = stored_object.current_state == State.READ_ONLY
    return Readers(
        stored_object=stored_object,
        has_content=has_content,
        is_public=_sees(STRANGER, stored_object),
        pages=settings.PUBLIC_PAGES,
        members=[member for member in members if _may_read(access.member_actor(member), stored_object)],
        keys=[key for key in keys if _may_read(access.key_actor(key), stored_object)],
        urls=uses.lately(stored_object, actor=actor) if has_content else Uses(),
    )


def can_key_read(stored_object: StoredObject, key_id: str, *, actor: Actor) -> Verdict:
    """Of another account's key nothing is told, not even whether there is one."""
    _require(actor, stored_object)
    return Verdict(key_id, _reason(stored_object, key_id))


def _require(actor: Actor, stored_object: StoredObject) -> None:
    if access.oversees(actor):
        return
    for verb in (Verb.READ, Verb.WRITE):
        access.require(actor, verb, stored_object)


def _reason(stored_object: StoredObject, key_id: str) -> Reason:
    if stored_object.current_state != State.READ_ONLY:
        return Reason.NO_CONTENT
    if not ApiKey.objects.filter(pk=key_id, account=stored_object.account_id).exists():
        return Reason.PUBLIC if _sees(STRANGER, stored_object) else Reason.OTHER_ACCOUNT
    key = live_keys().filter(pk=key_id).first()
    if key is None:
        return Reason.NOT_LIVE
    its_actor = access.key_actor(key)
    can_read = _sees(its_actor, stored_object) and _may_read(its_actor, stored_object)
    return Reason.OWN_ACCOUNT if can_read else Reason.SCOPE_MISSING


def _sees(actor: Actor, stored_object: StoredObject) -> bool:
    return access.visible_objects(actor).filter(pk=stored_object.pk).exists()


def _may_read(actor: Actor, stored_object: StoredObject) -> bool:
    """Members and keys of the account see all its objects; what they may do with one depends on role and scopes."""
    return access.may(actor, Verb.READ, stored_object)
