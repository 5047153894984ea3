"""Objects: every call of the contract, in both dialects."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from objects_app import listing, request_id
from objects_app.access import Actor
from objects_app.api import calls
from objects_app.api.authentication import actor_of
from objects_app.api.inputs import (
    AccessQuery,
    ChangeObjectInput,
    CreateObjectInput,
    DownloadInput,
    DownloadQuery,
    ListQuery,
    OwnListQuery,
    valid,
)
from objects_app.api.outputs import access_shape, object_shape, upload_shape, verdict_shape
from objects_app.api.parsing import parse_query
from objects_app.operations import objects, readers, uploads
from objects_app.operations.repeats import Fingerprint


class ObjectViewSet(ViewSet):
    http_method_names = ("get", "head", "post", "patch", "delete")

    def list(self, request: Request) -> Response:
        return Response(calls.own_page(self.actor, valid(OwnListQuery(data=parse_query(request))).options()))

    def list_public(self, request: Request) -> Response:
        options = valid(ListQuery(data=parse_query(request))).options()
        return Response(calls.page_of(listing.public_list(self.actor, options.filters), options))

    def create(self, request: Request) -> Response:
        new = valid(CreateObjectInput(data=request.data)).new_object()
        return Response(calls.create(self.actor, new, self._fingerprint()))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(calls.retrieve(self.actor, pk))

    def partial_update(self, request: Request, pk: str) -> Response:
        changes = valid(ChangeObjectInput(data=request.data)).changes()
        stored_object = calls.visible(self.actor, pk)
        changed = objects.change_object(stored_object, changes, actor=self.actor, fingerprint=self._fingerprint())
        return Response(object_shape(changed))

    def destroy(self, request: Request, pk: str) -> Response:
        return Response(calls.delete(self.actor, pk))

    def complete(self, request: Request, pk: str) -> Response:
        return Response(calls.complete(self.actor, pk, self._fingerprint()))

    def renew_upload_url(self, request: Request, pk: str) -> Response:
        stored_object = calls.visible(self.actor, pk)
        upload = uploads.renew_upload_url(stored_object, actor=self.actor, fingerprint=self._fingerprint())
        return Response(upload_shape(upload))

    def issue_download_url(self, request: Request, pk: str) -> Response:
        sent = (
            DownloadInput(data=request.data) if request.method == "POST" else DownloadQuery(data=parse_query(request))
        )
        return Response(calls.issue_download_url(self.actor, pk, valid(sent).options()))

    def access(self, request: Request, pk: str) -> Response:
        key_id = valid(AccessQuery(data=parse_query(request))).validated_data["key"]
        stored_object = calls.visible(self.actor, pk)
        shape = access_shape(readers.readers_of(stored_object, actor=self.actor))
        if key_id:
            shape["key"] = verdict_shape(readers.can_key_read(stored_object, key_id, actor=self.actor))
        return Response(shape)

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def _fingerprint(self) -> Fingerprint | None:
        request = self.request
        given = request.headers.get(request_id.HEADER)
        return calls.fingerprint(given, method=request.method or "", path=request.path, body=request.body)
