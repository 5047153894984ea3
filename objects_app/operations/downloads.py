"""Downloads: the URL, the opening of the bytes, the record of what was sent."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, JSONField, QuerySet
from django.db.models.expressions import RawSQL

from objects_app import access, audit, combined, compiled, lookup, shared, signing
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction
from objects_app.content_types import is_inert, is_inert_apart, served_as
from objects_app.dispositions import disposition
from objects_app.errors import NotDownloadable, ObjectNotFound, UrlExpired
from objects_app.failpoints import fp
from objects_app.models import Account, AuditEvent, State, StoredObject
from objects_app.models.objects import EVERY_COLUMN, stored_object_of
from objects_app.operations.damage import MISSING, WRONG_LENGTH, report_damage
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import BlobNotFound, BlobReader, DirectStorage, is_direct, storage_of

logger = logging.getLogger(__name__)
# What the store is told in a URL that this app redirects to: whoever follows later asks the app again.
REDIRECT_LIFETIME = timedelta(seconds=60)
DIRECT_LIFETIME = timedelta(minutes=15)  # at most, because nothing can call such a URL back
ONE_SHOWING = 300  # seconds


def issue_download_url(
    stored_object: StoredObject, *, actor: Actor, expires_in: timedelta, inline: bool = False
) -> str:
    """A URL that needs no credentials and ends with the object's own time to live at the latest.

    `inline` lets a browser show the content, and is honoured where `may_be_shown` says so.
    """
    access.require(actor, Verb.READ, stored_object)
    account_id = actor.account_id or stored_object.account_id
    return _issue(stored_object, actor=actor, account_id=account_id, expires_in=expires_in, inline=inline)


def issue_download_url_at_once(
    object_id: str, *, actor: Actor, expires_in: timedelta, inline: bool = False
) -> str | None:
    """The same of an object that is visible to the actor, as one statement; None where the longer way is needed."""
    if not (combined.is_possible() and actor.account_id and access.holds(actor, Verb.READ)) or actor.operates:
        return None
    fact = audit.of_stored_object(AuditAction.DOWNLOAD_URL_ISSUED, actor=actor)
    found = combined.find_and_record(
        lookup.visible_by_id,
        EVERY_COLUMN,
        where=f"\"current_state\" = '{State.READ_ONLY}'",
        record=(AuditEvent, {**fact, "details": _end_as_details(fact["details"], expires_in)}),
        copied=audit.COPIED,
        account_id=actor.account_id,
        object_id=object_id,
    )
    if found is None:
        return None
    row, grant = found
    stored_object = stored_object_of(row)
    expires_at = _end_of(stored_object, expires_in)
    inline = inline and may_be_shown(stored_object.content_type)
    return _url(stored_object, grant=grant, account_id=actor.account_id, expires_at=expires_at, inline=inline)


def _end_as_details(details: dict[str, str], expires_in: timedelta) -> RawSQL:
    """`_end_of` a row that the database has found, as it goes into the details of its event."""
    end = """%s::jsonb || jsonb_build_object('expires_at', LEAST("seen_at" + %s, "delete_after"))"""
    return RawSQL(end, [json.dumps(details), expires_in], JSONField())  # noqa: S611  parameters are parameters


def issue_page_url(stored_object: StoredObject, *, actor: Actor, expires_in: timedelta) -> str:
    """The same for a visitor of the public page, known or not; it dies when the object is made private."""
    access.require_page(actor, stored_object)
    account_id = actor.account_id or access.ANYBODY
    return _issue(stored_object, actor=actor, account_id=account_id, expires_in=expires_in, inline=False)


def _issue(stored_object: StoredObject, *, actor: Actor, account_id: str, expires_in: timedelta, inline: bool) -> str:
    if stored_object.current_state != State.READ_ONLY:
        raise NotDownloadable
    expires_at = _end_of(stored_object, expires_in)
    ends = expires_at.isoformat()
    event = audit.record(AuditAction.DOWNLOAD_URL_ISSUED, actor=actor, target=stored_object, soon=True, expires_at=ends)
    inline = inline and may_be_shown(stored_object.content_type)
    return _url(stored_object, grant=event.pk, account_id=account_id, expires_at=expires_at, inline=inline)


def _end_of(stored_object: StoredObject, expires_in: timedelta) -> datetime:
    end = stored_object.seen_at + expires_in
    return min(end, stored_object.delete_after) if stored_object.delete_after else end


def url_of_look(stored_object: StoredObject, *, look: int, account_id: str, expires_at: datetime) -> str:
    """For a page that shows the content itself: `look` is the event that has recorded it, and no other one is."""
    return _url(stored_object, grant=look, account_id=account_id, expires_at=expires_at, inline=True)


def _url(stored_object: StoredObject, *, grant: int, account_id: str, expires_at: datetime, inline: bool) -> str:
    store = _store_of(stored_object)
    if store and settings.DOWNLOAD_DELIVERY == "direct":
        lifetime = min(expires_at - stored_object.seen_at, DIRECT_LIFETIME)
        return _presign(stored_object, store, inline=inline, lifetime=lifetime)
    signed = signing.sign(
        TransferGrant(
            purpose=Purpose.DOWNLOAD,
            object_id=stored_object.pk,
            account=account_id,
            epoch=stored_object.visibility_epoch,
            grant=grant,
            expires=signing.milliseconds(expires_at),
            inline=inline,
        )
    )
    base = settings.CONTENT_BASE_URL if inline else ""
    return (base or settings.PUBLIC_BASE_URL) + signed


def may_be_shown(content_type: str) -> bool:
    """Whether a browser may show the content by a URL of this server, rather than save it."""
    return is_inert_apart(content_type) if settings.CONTENT_BASE_URL else is_inert(content_type)


def _store_of(stored_object: StoredObject) -> DirectStorage | None:
    """The store from which clients fetch the content themselves; None where it comes through here."""
    if settings.DOWNLOAD_DELIVERY == "proxy":
        return None
    storage = storage_of(stored_object.blob_key)
    return storage if is_direct(storage) else None


def _presign(stored_object: StoredObject, store: DirectStorage, *, inline: bool, lifetime: timedelta) -> str:
    """The URL ends with the object's own time to live at the latest."""
    if stored_object.delete_after:
        lifetime = min(lifetime, stored_object.delete_after - stored_object.seen_at)
    return store.presign_download(
        stored_object.blob_key,
        lifetime=lifetime,
        content_type=served_as(stored_object.content_type),
        disposition=disposition(stored_object.name, inline=inline),
    )


@dataclass(frozen=True)
class Download:
    """A permitted download. Whoever gets it closes the reader, or sends the client on to `location`, if it is there."""

    stored_object: StoredObject
    inline: bool
    reader: BlobReader | None = None
    location: str = ""


def open_download(grant: TransferGrant, *, actor: Actor, apart: bool = False) -> Download:
    """Ask the row, at every use, whether the URL still holds: raises UrlExpired, or ObjectNotFound for all else.

    `apart` is true on the host that has nothing but hosted bytes.
    """
    stored_object = _granted_object(grant)
    inline = grant.inline and (is_inert_apart if apart else is_inert)(stored_object.content_type)
    if store := _store_of(stored_object):
        ends_in = timedelta(milliseconds=grant.expires - signing.milliseconds(stored_object.seen_at))
        location = _presign(stored_object, store, inline=inline, lifetime=min(REDIRECT_LIFETIME, ends_in))
        return Download(stored_object, inline, location=location)
    return Download(stored_object, inline, reader=open_blob(stored_object, actor=actor))


def open_blob(stored_object: StoredObject, *, actor: Actor) -> BlobReader:
    """Raise ObjectNotFound where the bytes are not what the row says, which is recorded as damage."""
    fp("download.before_open")
    try:
        reader = storage_of(stored_object.blob_key).open(stored_object.blob_key)
    except BlobNotFound:
        report_damage(stored_object, MISSING, actor=actor)
        raise ObjectNotFound from None
    if reader.size != stored_object.size_bytes:
        reader.close()
        report_damage(stored_object, WRONG_LENGTH, actor=actor)
        raise ObjectNotFound
    fp("download.after_open")
    return reader


def _granted_object(grant: TransferGrant) -> StoredObject:
    row = compiled.first(_granted_row, object_id=grant.object_id, account_id=grant.account)
    if row is None:
        raise ObjectNotFound
    *columns, suspended_at = row
    stored_object = stored_object_of(columns)
    if signing.milliseconds(stored_object.seen_at) >= grant.expires:
        raise UrlExpired
    if (
        suspended_at
        or stored_object.current_state != State.READ_ONLY
        or not access.url_still_allows(grant, stored_object)
    ):
        raise ObjectNotFound
    return stored_object


def _granted_row(*, object_id: str, account_id: str) -> QuerySet[StoredObject, Any]:
    """Nothing where the account that the URL was given to is suspended."""
    suspended = Account.objects.filter(pk=account_id, suspended_at__isnull=False)
    rows = StoredObject.objects.with_current_state().filter(~Exists(suspended), pk=object_id)
    return rows.values_list(*EVERY_COLUMN, "account__suspended_at")


def record_download(
    stored_object: StoredObject,
    *,
    actor: Actor,
    grant: TransferGrant,
    sent: int | None,
    result: str,
    is_part: bool = False,
) -> None:
    """`sent` counts the bytes that the server handed on, None where others send them; `result` is `ok`, `cut` where the
    client went away, `redirected` or `handed over` to a server in front.

    Of what a browser shows and asks for in many parts, such as a video, one part for each address is recorded in five
    minutes, and stands for the others.
    """
    details: dict[str, Any] = {"grant": grant.grant, "for_account": grant.account}
    showing = f"shown:{grant.grant}:{actor.address}"
    if grant.inline and is_part:
        if shared.count(showing, seconds=ONE_SHOWING) > 1:
            return
        details["shown"] = True
    try:
        audit.record(
            AuditAction.CONTENT_DOWNLOADED,
            actor=actor,
            target=stored_object,
            size=sent,
            result=result,
            soon=True,
            **details,
        )
    except DatabaseError:
        shared.forget(showing)
        logger.exception("a download of %s by grant %d could not be recorded", stored_object.pk, grant.grant)
