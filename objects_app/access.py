"""Permission: the only place that decides who sees what and who may do what."""

from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from objects_app import staff
from objects_app.errors import NotAllowed, NotAuthenticated, ScopeMissing
from objects_app.models import ApiKey, Invitation, Membership, MetadataPair, OpenUpload, Role, StoredObject, User
from objects_app.models.objects import StoredObjectQuerySet, is_public_now
from objects_app.signing import TransferGrant
from objects_app.staff import StaffRole


class Kind(StrEnum):
    KEY = "key"
    PERSON = "person"
    ANONYMOUS = "anonymous"
    SYSTEM = "system"


class Via(StrEnum):
    API = "api"
    SESSION = "session"
    ADMIN = "admin"
    SIGNED_URL = "signed_url"
    PUBLIC_PAGE = "public_page"
    WORKER = "worker"
    COMMAND = "command"


class Verb(StrEnum):
    """What may be done in an account. Keys can be given the first two alone."""

    READ = "read"
    WRITE = "write"
    SEE_ACTIVITY = "see activity"
    MANAGE_KEYS = "manage keys"
    MANAGE_ACCOUNT = "change the account's settings"
    MANAGE_MEMBERS = "manage members"


SCOPES = {
    Verb.READ: "objects:read",
    Verb.WRITE: "objects:write",
    Verb.SEE_ACTIVITY: "activity:read",
    Verb.MANAGE_KEYS: "keys:manage",
    Verb.MANAGE_ACCOUNT: "account:manage",
    Verb.MANAGE_MEMBERS: "members:manage",
}
ROLE_SCOPES = {
    Role.VIEWER: frozenset({SCOPES[Verb.READ]}),
    Role.MEMBER: frozenset({SCOPES[Verb.READ], SCOPES[Verb.WRITE]}),
    Role.ADMIN: frozenset(SCOPES.values()) - {SCOPES[Verb.MANAGE_MEMBERS]},
    Role.OWNER: frozenset(SCOPES.values()),
}


LOOKS = frozenset({Verb.READ, Verb.SEE_ACTIVITY})

ANYBODY = "anybody"  # in place of an account, in the URLs that visitors of public pages get


@dataclass(frozen=True)
class Actor:
    """Who does something, for which account, through which door and from where.

    Whoever `operates` does everything on every account; who `audits` looks at everything and changes nothing; who
    `configures` sets up people, too. `reason` is what the actor gave as such; it stands in each event.
    """

    kind: Kind
    id: str = ""
    label: str = ""
    account_id: str = ""
    scopes: frozenset[str] = field(default_factory=frozenset)
    operates: bool = False
    audits: bool = False
    configures: bool = False
    via: Via = Via.API
    address: str | None = None
    request_id: str = ""
    reason: str = ""

    # What DRF asks of a request's user.
    @property
    def is_authenticated(self) -> bool:
        return self.kind is not Kind.ANONYMOUS


def key_actor(key: ApiKey) -> Actor:
    return Actor(kind=Kind.KEY, id=key.id, label=str(key), account_id=key.account_id, scopes=key.scopes, via=Via.API)


def member_actor(membership: Membership) -> Actor:
    """A person at work in one of their accounts."""
    user = membership.user
    return Actor(
        kind=Kind.PERSON,
        id=str(user.pk),
        label=user.email,
        account_id=membership.account_id,
        scopes=ROLE_SCOPES[Role(membership.role)],
        via=Via.SESSION,
    )


def person_actor(user: User) -> Actor:
    """A person who is at work in no account: while signing in, or joining one."""
    return Actor(kind=Kind.PERSON, id=str(user.pk), label=user.email, via=Via.SESSION)


def staff_actor(user: User) -> Actor:
    """A member of staff in the admin."""
    operates = StaffRole.OPERATOR in staff.roles_of(user)
    return Actor(
        kind=Kind.PERSON,
        id=str(user.pk),
        label=user.email,
        operates=operates,
        audits=staff.enters_admin(user) and not operates,
        configures=staff.configures(user),
        via=Via.ADMIN,
    )


def system_actor(job: str) -> Actor:
    return Actor(kind=Kind.SYSTEM, id=job, label=f"system:{job}", operates=True, via=Via.WORKER)


def operator_actor(name: str) -> Actor:
    """Whoever runs a command on the server itself."""
    return Actor(kind=Kind.SYSTEM, id=name, label=f"command:{name}", operates=True, via=Via.COMMAND)


def anonymous_actor(via: Via, *, address: str | None = None, request_id: str = "") -> Actor:
    """Somebody who is not known, or who holds nothing but a signed URL."""
    return Actor(kind=Kind.ANONYMOUS, via=via, address=address, request_id=request_id)


def live_memberships(user: User) -> QuerySet[Membership]:
    """The accounts that a person may be at work in, as what; suspended ones do not count."""
    memberships = Membership.objects.filter(user=user, account__suspended_at__isnull=True)
    return memberships.select_related("account", "user").order_by("account__name", "account_id")


def working_members(account_id: str) -> QuerySet[Membership]:
    """The people who may be at work in an account; in a suspended one that is nobody."""
    members = Membership.objects.filter(account_id=account_id, account__suspended_at__isnull=True, user__is_active=True)
    return members.select_related("account", "user").order_by("user__email")


def own_members(actor: Actor) -> QuerySet[Membership]:
    """The people of the actor's account, for whoever may manage them."""
    require_in_account(actor, Verb.MANAGE_MEMBERS, actor.account_id)
    members = Membership.objects.filter(account_id=actor.account_id)
    return members.select_related("user", "account").order_by("user__email")


def own_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Those that still can be accepted, and those that ran out without an answer."""
    require_in_account(actor, Verb.MANAGE_MEMBERS, actor.account_id)
    return Invitation.objects.unanswered().filter(account_id=actor.account_id).order_by("email")


def visible_objects(actor: Actor) -> StoredObjectQuerySet:
    """What the actor may look at: the account's own objects in every state, and everybody's public ones."""
    everything = StoredObject.objects.with_current_state()
    if _does_everywhere(actor, Verb.READ):
        return everything
    if not actor.account_id:
        return everything.none()
    return everything.filter(Q(account_id=actor.account_id) | is_public_now())


def open_uploads(actor: Actor) -> StoredObjectQuerySet:
    """What every account uploads now, for whoever may look at everything."""
    uploads = OpenUpload.objects.with_current_state().uploading()
    return uploads if _does_everywhere(actor, Verb.READ) else uploads.none()


def own_objects(actor: Actor) -> StoredObjectQuerySet:
    """The objects of the actor's account, tombstones included."""
    return StoredObject.objects.with_current_state().of(actor.account_id)


def public_objects(actor: Actor) -> StoredObjectQuerySet:
    """Every account's public objects, for whoever is known here."""
    everything = StoredObject.objects.with_current_state()
    return everything.public() if actor.is_authenticated else everything.none()


def opens_pages(actor: Actor) -> bool:
    """Whether the setting lets the actor see public pages at all."""
    return settings.PUBLIC_PAGES == "anyone" or (settings.PUBLIC_PAGES == "signed-in" and actor.is_authenticated)


def objects_with_page(actor: Actor) -> StoredObjectQuerySet:
    """What public pages show: every account's public objects, to whoever the setting lets see them."""
    everything = StoredObject.objects.with_current_state()
    return everything.public() if opens_pages(actor) else everything.none()


def once_public_objects() -> StoredObjectQuerySet:
    """What anybody may name, though not read: the ids that the public list showed at some time."""
    return StoredObject.objects.filter(was_public=True)


def own_metadata(actor: Actor) -> QuerySet[MetadataPair]:
    """The metadata of the account's objects that are not deleted."""
    pairs = MetadataPair.objects.filter(account_id=actor.account_id)
    return pairs.filter(Exists(StoredObject.objects.live().filter(pk=OuterRef("stored_object"))))


def _does_everywhere(actor: Actor, verb: Verb) -> bool:
    return actor.operates or (actor.audits and verb in LOOKS)


def require_scope(actor: Actor, verb: Verb) -> None:
    if _does_everywhere(actor, verb):
        return
    if not actor.is_authenticated:
        raise NotAuthenticated
    if SCOPES[verb] not in actor.scopes:
        raise ScopeMissing(f"This needs the scope {SCOPES[verb]}.")


def holds(actor: Actor, verb: Verb) -> bool:
    return _does_everywhere(actor, verb) or SCOPES[verb] in actor.scopes


def require_in_account(actor: Actor, verb: Verb, account_id: str) -> None:
    """For what belongs to an account as a whole: its keys, its members, its activity."""
    if _does_everywhere(actor, verb):
        return
    if not (account_id == actor.account_id and holds(actor, verb)):
        raise NotAllowed(f"Your role in this account does not let you {verb}.")


def oversees(actor: Actor) -> bool:
    """Whether the trail of every account is open to the actor: to all staff and to whoever runs the service."""
    return actor.operates or actor.audits


def require_activity(actor: Actor) -> None:
    """For the audit events of the actor's account; of all accounts, for whoever oversees them."""
    if not oversees(actor):
        require_in_account(actor, Verb.SEE_ACTIVITY, actor.account_id)


def require_operator(actor: Actor) -> None:
    """Accounts are opened, suspended and resumed by whoever runs the service."""
    if not actor.operates:
        raise NotAllowed("Only operators may do this.")


def require_configurer(actor: Actor) -> None:
    if not actor.configures:
        raise NotAllowed("Only superusers may do this.")


def require(actor: Actor, verb: Verb, stored_object: StoredObject) -> None:
    """Reading what is visible takes the scope alone; writing takes the account that owns the object as well."""
    require_scope(actor, verb)
    if verb is Verb.WRITE and not (actor.operates or stored_object.account_id == actor.account_id):
        raise NotAllowed


def require_page(actor: Actor, stored_object: StoredObject) -> None:
    """Visitors of a public page read what everybody may read, and need no name for it."""
    if not (opens_pages(actor) and stored_object.is_public):
        raise NotAllowed


def may(actor: Actor, verb: Verb, stored_object: StoredObject) -> bool:
    """The same decision as a question, for pages that show only what would work."""
    try:
        require(actor, verb, stored_object)
    except (NotAllowed, NotAuthenticated):
        return False
    return True


def url_still_allows(grant: TransferGrant, stored_object: StoredObject) -> bool:
    """Whether the account that asked for a download URL may still read the object: the owner's URL outlives a switch to
    private, everybody else's dies with it.
    """
    if grant.account == stored_object.account_id:
        return True
    return stored_object.is_public and grant.epoch == stored_object.visibility_epoch
