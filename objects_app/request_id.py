"""The id of the request that is being answered: echoed to the client, written into logs and audit events.

A client's own `x-request-id` is kept, so that both sides speak of the same request.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

from objects_app.ids import new_id

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
ENVIRON_KEY = "holdall.request_id"  # where the ASGI root tells Django which id it gave
USABLE = re.compile(r"[\x21-\x7e]{1,200}")

current: ContextVar[str] = ContextVar("request_id", default="")


def adopt(given: str | None) -> str:
    """Make the client's id, or a new one where it sent none that is usable, the current one."""
    request_id = given if given and USABLE.fullmatch(given) else new_id("req")
    current.set(request_id)
    return request_id


class RequestIdMiddleware:
    def __init__(self, get_response: "Callable[[HttpRequest], HttpResponse]") -> None:
        self.get_response = get_response

    def __call__(self, request: "HttpRequest") -> "HttpResponse":
        request_id = adopt(request.META.get(ENVIRON_KEY) or request.headers.get(HEADER))
        response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response
