"""Plain views of Django over its ORM, which returns dicts: what most would call lean."""

import json
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from benchmarks.reference.links import signed
from benchmarks.reference.models import FIELDS, Event, Item, page


@require_http_methods(["GET", "POST"])
def collection(request: HttpRequest, account: str) -> HttpResponse:
    return _create(request, account) if request.method == "POST" else _list(request, account)


@require_http_methods(["GET", "DELETE"])
def item(request: HttpRequest, account: str, pk: str) -> HttpResponse:
    if request.method == "DELETE":
        return JsonResponse({"id": pk, "state": "DELETED"}) if delete(account, pk) else HttpResponse(status=404)
    found = Item.objects.filter(pk=pk, account=account).values(*FIELDS).first()
    return JsonResponse(found) if found else HttpResponse(status=404)


@require_http_methods(["POST"])
def complete(request: HttpRequest, account: str, pk: str) -> HttpResponse:  # noqa: ARG001 Django passes it
    return JsonResponse({"id": pk, "state": "READ_ONLY"}) if freeze(account, pk) else HttpResponse(status=404)


@require_http_methods(["POST"])
def download(request: HttpRequest, account: str, pk: str) -> HttpResponse:  # noqa: ARG001 the same
    found = Item.objects.filter(pk=pk, account=account, state="READ_ONLY").values("content_type").first()
    if found is None:
        return HttpResponse(status=404)
    Event.objects.create(account=account, action="download_url_issued", item=pk)
    return JsonResponse({"download_url": signed(pk)})


def _list(request: HttpRequest, account: str) -> HttpResponse:
    limit = int(request.GET["limit"])
    rows = newest(account, after=request.GET.get("starting_after")).values(*FIELDS)
    return JsonResponse(page(list(rows[: limit + 1]), limit))


def _create(request: HttpRequest, account: str) -> HttpResponse:
    sent = json.loads(request.body)
    made = Item.objects.create(account=account, name=sent["name"], content_type=sent["content_type"])
    return JsonResponse({name: getattr(made, name) for name in FIELDS})


def newest(account: str, *, after: str | None) -> QuerySet[Item]:
    rows = Item.objects.filter(account=account).exclude(state="DELETED").order_by("-created_at", "-id")
    if not after:
        return rows
    at: Any = Item.objects.filter(pk=after).values("created_at")
    return rows.filter(Q(created_at__lt=at) | Q(id__lt=after), created_at__lte=at)


def freeze(account: str, pk: str) -> int:
    upload = Item.objects.filter(pk=pk, account=account, state="UPLOADING")
    return upload.update(state="READ_ONLY", size_bytes=1024, sha256=pk)


def delete(account: str, pk: str) -> int:
    living = Item.objects.filter(pk=pk, account=account).exclude(state="DELETED")
    with transaction.atomic():
        gone = living.update(state="DELETED", deleted_at=Now())
        if gone:
            Event.objects.create(account=account, action="deleted", item=pk)
    return gone
