"""Addresses that a library would answer and this server does not."""

from django.http import Http404, HttpRequest, HttpResponse


def closed(_request: HttpRequest, **_: str) -> HttpResponse:
    raise Http404
