"""Which methods an address takes; another one is answered by a page that says so."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from objects_app.errors import MethodNotAllowed
from objects_app.web.errors import error_page

View = Callable[..., HttpResponseBase]


def only(*methods: str) -> Callable[[View], View]:
    """GET brings HEAD with it."""
    allowed = [*methods, "HEAD"] if "GET" in methods else [*methods]

    def guard(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in allowed:
                return view(request, *args, **kwargs)
            return error_page(request, MethodNotAllowed(headers={"Allow": ", ".join(allowed)}))

        return page

    return guard
