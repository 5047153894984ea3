"""What a reader of the REST framework's tutorial writes."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView

from benchmarks.reference import dj
from benchmarks.reference.links import signed
from benchmarks.reference.models import FIELDS, Event, Item, page


class HasKey(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 the signature is the framework's
        return bool(request.auth)


class ItemSerializer(ModelSerializer[Item]):
    class Meta:
        model = Item
        fields = FIELDS
        read_only_fields = ("id", "state", "size_bytes", "sha256", "created_at")


class ItemView(APIView):
    permission_classes: ClassVar = [HasKey]

    def item(self, pk: str) -> Item:
        found: Item = get_object_or_404(Item, pk=pk, account=self.request.auth)
        return found


class Collection(ItemView):
    def get(self, request: Request) -> Response:
        limit = int(request.query_params["limit"])
        rows = dj.newest(request.auth, after=request.query_params.get("starting_after"))
        items: Any = ItemSerializer(rows[: limit + 1], many=True).data
        return Response(page(items, limit))

    def post(self, request: Request) -> Response:
        serializer = ItemSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save(account=request.auth)
        return Response(serializer.data)


class One(ItemView):
    def get(self, request: Request, pk: str) -> Response:  # noqa: ARG002 the signature is the framework's
        return Response(ItemSerializer(self.item(pk)).data)

    def delete(self, request: Request, pk: str) -> Response:
        if not dj.delete(request.auth, pk):
            raise NotFound
        return Response({"id": pk, "state": "DELETED"})


class Complete(ItemView):
    def post(self, request: Request, pk: str) -> Response:
        if not dj.freeze(request.auth, pk):
            raise NotFound
        return Response({"id": pk, "state": "READ_ONLY"})


class Download(ItemView):
    def post(self, request: Request, pk: str) -> Response:
        Event.objects.create(account=request.auth, action="download_url_issued", item=self.item(pk).pk)
        return Response({"download_url": signed(pk)})
