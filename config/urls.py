"""The addresses, and which door answers where nothing else does: JSON where programs call, a page elsewhere."""

# ruff: noqa: ARG001  Django passes the handlers what they need not tell

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from objects_app.api.errors import error_answer
from objects_app.errors import BadRequest, InternalError, NotAllowed, NotFound, ObjectsError, TooManyRequests
from objects_app.transfer.wsgi import FOR_PROGRAMS
from objects_app.web.errors import error_page

urlpatterns = [
    path("v1/", include("objects_app.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("objects_app.web.urls")),
]


def _answer(request: HttpRequest, error: ObjectsError) -> HttpResponse:
    is_program = f"{request.path}/".startswith(FOR_PROGRAMS)
    return error_answer(error) if is_program else error_page(request, error)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, BadRequest())


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, NotAllowed(str(exception) or "You are not allowed to do this."))


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, NotFound())


def handler429(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For allauth, which counts requests to its pages."""
    return _answer(request, TooManyRequests("Too many requests from here. Wait some minutes, then try again."))


def handler500(request: HttpRequest) -> HttpResponse:
    return _answer(request, InternalError())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, NotAllowed("This form has run out. Go back, reload the page and send it again."))
