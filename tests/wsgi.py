"""A call of a WSGI application, as the web server makes one."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Answer = tuple[str, list[tuple[str, str]], bytes]  # status, headers in order of their names, body


def ask(
    application: Callable[..., Iterable[bytes]],
    method: str,
    path: str,
    *,
    body: bytes = b"",
    query: str = "",
    **more: str,
) -> Answer:
    """`more` goes into the environ as it is named, such as HTTP_HOST."""
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
    }
    answer = application(environ | more, lambda status, headers, *_: started.append((status, sorted(headers))))
    [(status, headers)] = started
    return status, headers, b"".join(answer)
