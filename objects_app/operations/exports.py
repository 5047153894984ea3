"""Exports of the trail by staff: small ones are answered at once, larger ones become an object of an own account."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from objects_app import access, audit, trail
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.errors import NotAllowed
from objects_app.event_files import LAYOUTS
from objects_app.models import AuditEvent, ExportRun, Membership, StoredObject, User
from objects_app.operations import downloads
from objects_app.trail import Wanted

AT_ONCE = 10_000
LINK_LIFETIME = timedelta(hours=1)


def all_at_once(wanted: Wanted, *, actor: Actor) -> list[AuditEvent] | None:
    """Every event that matches; None where they may be more than AT_ONCE, or further back than one look reaches."""
    page = trail.page(actor, wanted, limit=AT_ONCE)
    return page.events if page.before is None else None


def places_of(user: User) -> list[Membership]:
    """The accounts in which a person may keep an export."""
    return [each for each in access.live_memberships(user) if access.holds(access.member_actor(each), Verb.WRITE)]


def place_of(user: User, account_id: str) -> Membership | None:
    return next((each for each in places_of(user) if each.account_id == account_id), None)


def record_export(wanted: Wanted, *, layout: str, actor: Actor) -> None:
    access.require_activity(actor)
    with transaction.atomic():
        audit.record(AuditAction.ACTIVITY_EXPORTED, actor=actor, format=layout, filters=trail.stored(wanted))


def request_export(wanted: Wanted, *, layout: str, user: User, account_id: str, actor: Actor) -> ExportRun:
    """Up to the event that is the newest now. Who takes it away is recorded now, whatever becomes of it."""
    access.require_activity(actor)
    if place_of(user, account_id) is None:
        raise NotAllowed("An export is kept in an account in which you may create objects.")
    newest = AuditEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    with transaction.atomic():
        filters = trail.stored(wanted)
        run = ExportRun.objects.create(user=user, account_id=account_id, layout=layout, filters=filters, upto=newest)
        audit.record(AuditAction.ACTIVITY_EXPORTED, actor=actor, format=layout, filters=filters, export=run.pk)
    return run


def runs(*, actor: Actor, limit: int) -> list[ExportRun]:
    access.require_activity(actor)
    return list(ExportRun.objects.select_related("user", "account").order_by("-pk")[:limit])


def download_url(run: ExportRun, *, user: User) -> str:
    """For the person who asked for it, as a member of the account that keeps it."""
    place = place_of(user, run.account_id)
    if place is None or run.user_id != user.pk:
        raise NotAllowed("An export is for who asked for it.")
    actor = access.member_actor(place)
    stored_object: StoredObject = access.own_objects(actor).get(pk=run.object_id)
    return downloads.issue_download_url(stored_object, actor=actor, expires_in=LINK_LIFETIME)


def name_of(run: ExportRun) -> str:
    return f"audit-events-{run.requested_at:%Y-%m-%d}-{run.pk}.{run.layout}"


def content_type_of(run: ExportRun) -> str:
    return LAYOUTS[run.layout].partition(";")[0]


def lifetime() -> timedelta:
    kept: timedelta = settings.EXPORT_LIFETIME
    return kept
