"""Which metadata the account's objects carry."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from objects_app import metadata_listing
from objects_app.api.authentication import actor_of
from objects_app.api.fields import MetadataField
from objects_app.errors import ValidationFailed
from objects_app.text import is_clean


class MetadataViewSet(ViewSet):
    http_method_names = ("get", "head")

    def keys(self, request: Request) -> Response:
        return Response({"keys": metadata_listing.metadata_keys(actor_of(request))})

    def values(self, request: Request, key: str) -> Response:
        if len(key) > MetadataField.longest_key or not is_clean(key):
            raise ValidationFailed(errors={"key": ["This is no metadata key."]})
        return Response({"key": key, "values": metadata_listing.metadata_values(actor_of(request), key)})
