"""Error pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import escape_leading_slashes

from objects_app import errors, request_id
from objects_app.errors import ObjectsError

HEADINGS = {
    400: "That request cannot be understood",
    401: "Sign in first",
    403: "That is not allowed",
    404: "Not found",
    405: "This address is for forms alone",
    408: "That took too long",
    409: "That does not fit any more",
    413: "That is too large",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not available for the moment",
    507: "There is no room left",
}
PASSING = {408, 429, 500, 503}
HOME = {"address": "/", "label": "Go to your objects"}


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of the pages asks, which puts the answer into words itself."""
    return request.headers.get("Accept") == "application/json"


def _answer_to_script(error: ObjectsError) -> HttpResponse:
    return JsonResponse(error.body(request_id.current.get()), status=error.status)


def _page(request: HttpRequest, error: ObjectsError) -> HttpResponse:
    heading = HEADINGS.get(error.status, "That did not work")
    context = {
        "error": error,
        "heading": heading,
        "link": _link(request, error),
        "request_id": request_id.current.get(),
    }
    return render(request, "error.html", context, status=error.status)


def error_page(request: HttpRequest, error: ObjectsError) -> HttpResponse:
    """A short text, the request id, one useful link; no query and no session, because either may be what failed.

    A script gets the same as the API tells.
    """
    response = _answer_to_script(error) if wants_json(request) else _page(request, error)
    for name, value in error.headers.items():
        response[name] = value
    return response


def _link(request: HttpRequest, error: ObjectsError) -> dict[str, str]:
    """What may work a little later is tried again, where that is a matter of looking."""
    if error.status in PASSING and request.method == "GET":
        return {"address": escape_leading_slashes(request.get_full_path()), "label": "Try again"}
    return HOME


class RefusalMiddleware:
    """The page of what was refused before a view could be called: a form too large to read, or sent too slowly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = request.META.get(errors.IN_ENVIRON)
        return error_page(request, refusal) if refusal else self.get_response(request)
