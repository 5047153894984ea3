"""Error pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from objects_app import request_id
from objects_app.errors import ObjectsError


def error_page(request: HttpRequest, error: ObjectsError) -> HttpResponse:
    """A short text, the request id, one useful link; no query and no session, because either may be what failed."""
    context = {"error": error, "request_id": request_id.current.get()}
    response = render(request, "error.html", context, status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return response
