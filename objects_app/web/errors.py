"""Error pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from objects_app import request_id
from objects_app.errors import ObjectsError


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of the pages asks, which puts the answer into words itself."""
    return request.headers.get("Accept") == "application/json"


def error_page(request: HttpRequest, error: ObjectsError) -> HttpResponse:
    """A short text, the request id, one useful link; no query and no session, because either may be what failed.

    A script gets the same as the API tells.
    """
    if wants_json(request):
        response: HttpResponse = JsonResponse(error.body(request_id.current.get()), status=error.status)
    else:
        context = {"error": error, "request_id": request_id.current.get()}
        response = render(request, "error.html", context, status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return response
