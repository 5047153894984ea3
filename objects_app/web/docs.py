"""What people read about the API: Swagger UI from local files, the clients, every way to fail."""

import re
from collections.abc import Callable
from functools import wraps

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from objects_app import errors
from objects_app.web.errors import error_page
from objects_app.web.methods import only
from objects_app.web.pages import render_open_page

OPENAPI_FILE = settings.BASE_DIR / "docs" / "openapi.yaml"
FOR_CLI = re.compile(r"https://api\.[^/:]+")  # the command line client refuses all others
View = Callable[[HttpRequest], HttpResponse]


def for_readers(view: View) -> View:
    """Everybody, or only who is signed in: the setting DOCS_PUBLIC says which."""

    @wraps(view)
    def admit(request: HttpRequest) -> HttpResponse:
        try:
            if settings.DOCS_PUBLIC or request.user.is_authenticated:
                return view(request)
        except Exception as failure:
            error = errors.named(failure)
            if error is None:
                raise
            return error_page(request, error)
        return redirect_to_login(request.get_full_path())

    return admit


@only("GET")
@for_readers
def openapi(_request: HttpRequest) -> HttpResponse:
    """The file that the tests hold the server to."""
    return HttpResponse(OPENAPI_FILE.read_bytes(), content_type="application/yaml")


@csp_update({"style-src": [UNSAFE_INLINE]})  # Swagger UI sets style attributes as it draws
@only("GET")
@for_readers
def swagger(request: HttpRequest) -> HttpResponse:
    return render_open_page(request, "docs/api.html", {})


@only("GET")
@for_readers
def error_catalogue(request: HttpRequest) -> HttpResponse:
    catalogue = sorted(errors.every_kind(), key=lambda error: error.status)
    return render_open_page(request, "docs/errors.html", {"catalogue": catalogue})


@only("GET")
@for_readers
def sdk(request: HttpRequest) -> HttpResponse:
    base_url = settings.PUBLIC_BASE_URL
    context = {"base_url": base_url, "fits_cli": bool(FOR_CLI.fullmatch(base_url))}
    return render_open_page(request, "docs/sdk.html", context)
