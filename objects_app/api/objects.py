"""Objects: every call of the contract, in both dialects."""

from typing import Any, TypeVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from objects_app import access, listing, lookup, request_id
from objects_app.access import Actor
from objects_app.api.authentication import actor_of
from objects_app.api.fields import OBJECT_ID
from objects_app.api.inputs import (
    AccessQuery,
    ChangeObjectInput,
    CreateObjectInput,
    DownloadInput,
    DownloadQuery,
    ListQuery,
    OwnListQuery,
)
from objects_app.api.outputs import access_shape, object_shape, page_shape, upload_shape, verdict_shape
from objects_app.api.parsing import parse_query
from objects_app.errors import ObjectNotFound
from objects_app.listing import ObjectList
from objects_app.models import StoredObject
from objects_app.operations import downloads, objects, readers, uploads
from objects_app.operations.repeats import Fingerprint

Input = TypeVar("Input", bound=Serializer[Any])


class ObjectViewSet(ViewSet):
    http_method_names = ("get", "head", "post", "patch", "delete")

    def list(self, request: Request) -> Response:
        query = valid(OwnListQuery(data=parse_query(request)))
        return self._page(listing.own_list(self.actor, query.filters()), query)

    def list_public(self, request: Request) -> Response:
        query = valid(ListQuery(data=parse_query(request)))
        return self._page(listing.public_list(self.actor, query.filters()), query)

    def create(self, request: Request) -> Response:
        new = valid(CreateObjectInput(data=request.data)).new_object()
        upload = objects.create_object(new, actor=self.actor, fingerprint=self._fingerprint())
        return Response(upload_shape(upload))

    def retrieve(self, request: Request, pk: str) -> Response:
        stored_object = self._object(pk)
        access.require(self.actor, access.Verb.READ, stored_object)
        return Response(object_shape(stored_object))

    def partial_update(self, request: Request, pk: str) -> Response:
        changes = valid(ChangeObjectInput(data=request.data)).changes()
        changed = objects.change_object(self._object(pk), changes, actor=self.actor, fingerprint=self._fingerprint())
        return Response(object_shape(changed))

    def destroy(self, request: Request, pk: str) -> Response:
        return Response(object_shape(objects.delete_object(self._object(pk), actor=self.actor)))

    def complete(self, request: Request, pk: str) -> Response:
        completed = uploads.complete_upload(self._object(pk), actor=self.actor, fingerprint=self._fingerprint())
        return Response(object_shape(completed))

    def renew_upload_url(self, request: Request, pk: str) -> Response:
        upload = uploads.renew_upload_url(self._object(pk), actor=self.actor, fingerprint=self._fingerprint())
        return Response(upload_shape(upload))

    def issue_download_url(self, request: Request, pk: str) -> Response:
        sent = (
            DownloadInput(data=request.data) if request.method == "POST" else DownloadQuery(data=parse_query(request))
        )
        url = downloads.issue_download_url(self._object(pk), actor=self.actor, **valid(sent).options())
        return Response({"download_url": url})

    def access(self, request: Request, pk: str) -> Response:
        key_id = valid(AccessQuery(data=parse_query(request))).validated_data["key"]
        stored_object = self._object(pk)
        shape = access_shape(readers.readers_of(stored_object, actor=self.actor))
        if key_id:
            shape["key"] = verdict_shape(readers.can_key_read(stored_object, key_id, actor=self.actor))
        return Response(shape)

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def _object(self, pk: str) -> StoredObject:
        if not OBJECT_ID.fullmatch(pk):
            raise ObjectNotFound
        return lookup.visible_object(self.actor, pk)

    def _page(self, objects: ObjectList, query: ListQuery) -> Response:
        options = query.validated_data
        page = objects.page(limit=options["limit"], after=options["starting_after"])
        total = {"total_count": objects.count()} if options["include_total_count"] else {}
        return Response(page_shape(page) | total)

    def _fingerprint(self) -> Fingerprint | None:
        """Only of a request whose id the client chose."""
        given = self.request.headers.get(request_id.HEADER)
        if not given or given != request_id.current.get():
            return None
        request = self.request
        return Fingerprint(method=request.method or "", path=request.path, request_id=given, body=request.body)


def valid(sent: Input) -> Input:
    sent.is_valid(raise_exception=True)
    return sent
