"""Django's own handler, twice: the API goes without what only pages need, such as sessions, forms and static files."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.utils.module_loading import import_string

from objects_app.api.direct import DirectCalls

API = "/v1/"


class ApiHandler(WSGIHandler):
    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002  Django's own signature
        """API_MIDDLEWARE in place of MIDDLEWARE; none of it hooks into views, templates or exceptions."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        answer = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        for name in reversed(settings.API_MIDDLEWARE):
            answer = convert_exception_to_response(import_string(name)(answer))
        self._middleware_chain = answer


class Handlers:
    """A WSGI application."""

    def __init__(self) -> None:
        self._api = DirectCalls(ApiHandler())
        self._pages = WSGIHandler()
        self.answer_directly = self._api.answer

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        handler = self._api if environ["PATH_INFO"].startswith(API) else self._pages
        answer: Iterable[bytes] = handler(environ, start_response)
        return answer
