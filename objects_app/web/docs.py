"""The API's description for people: Swagger UI from local files, over the committed OpenAPI file."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

OPENAPI_FILE = settings.BASE_DIR / "docs" / "openapi.yaml"
View = Callable[..., HttpResponseBase]


def for_readers(view: View) -> View:
    """Everybody, or only who is signed in: the setting DOCS_PUBLIC says which."""

    @wraps(view)
    def admit(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if settings.DOCS_PUBLIC or request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path())

    return admit


@for_readers
@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """The file that the tests hold the server to."""
    return HttpResponse(OPENAPI_FILE.read_bytes(), content_type="application/yaml")


class AlwaysHTML(DefaultContentNegotiation):
    def select_renderer(
        self,
        request: Request,  # noqa: ARG002
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class SwaggerView(SpectacularSwaggerSplitView):
    """Its own script and everything it loads are files of this site."""

    url_name = "openapi"
    template_name = "docs.html"
    authentication_classes = ()
    throttle_classes = ()
    content_negotiation_class = AlwaysHTML


# Swagger UI sets style attributes as it draws.
swagger = csp_update({"style-src": [UNSAFE_INLINE]})(for_readers(SwaggerView.as_view()))
