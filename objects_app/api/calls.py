"""The calls that devboxes make all day: what each does for its actor and answers, whoever brings it here."""

from typing import Any

from objects_app import access, listing, lookup, request_id
from objects_app.access import Actor, Verb
from objects_app.api.fields import OBJECT_ID
from objects_app.api.inputs import DownloadOptions, PageOptions
from objects_app.api.outputs import Shape, object_shape, page_shape, upload_shape
from objects_app.errors import ObjectNotFound
from objects_app.listing import ObjectList
from objects_app.models import StoredObject
from objects_app.operations import downloads, objects, uploads
from objects_app.operations.objects import NewObject
from objects_app.operations.repeats import Fingerprint


def own_page(actor: Actor, options: PageOptions) -> Shape:
    return page_of(listing.own_list(actor, options.filters), options)


def page_of(objects: ObjectList, options: PageOptions) -> Shape:
    page = objects.page(limit=options.limit, after=options.after)
    total = {"total_count": objects.count()} if options.is_counted else {}
    return page_shape(page) | total


def create(actor: Actor, new: NewObject, fingerprint: Fingerprint | None) -> Shape:
    return upload_shape(objects.create_object(new, actor=actor, fingerprint=fingerprint))


def retrieve(actor: Actor, pk: str) -> Shape:
    row = lookup.visible_row(actor, _well_formed(pk))
    access.require_scope(actor, Verb.READ)
    return object_shape(row)


def complete(actor: Actor, pk: str, fingerprint: Fingerprint | None) -> Shape:
    return object_shape(uploads.complete_upload(visible(actor, pk), actor=actor, fingerprint=fingerprint))


def delete(actor: Actor, pk: str) -> Shape:
    return object_shape(objects.delete_object(visible(actor, pk), actor=actor))


def issue_download_url(actor: Actor, pk: str, options: DownloadOptions) -> Shape:
    asked: dict[str, Any] = {"actor": actor, "expires_in": options.expires_in, "inline": options.inline}
    url = downloads.issue_download_url_at_once(_well_formed(pk), **asked)
    return {"download_url": url or downloads.issue_download_url(visible(actor, pk), **asked)}


def fingerprint(given: str | None, *, method: str, path: str, body: bytes) -> Fingerprint | None:
    """Only of a request whose id the client has given."""
    if not given or given != request_id.current.get():
        return None
    return Fingerprint(method=method, path=path, request_id=given, body=body)


def visible(actor: Actor, pk: str) -> StoredObject:
    return lookup.visible_object(actor, _well_formed(pk))


def _well_formed(pk: str) -> str:
    """The database is not asked for what no object is called."""
    if not OBJECT_ID.fullmatch(pk):
        raise ObjectNotFound
    return pk
