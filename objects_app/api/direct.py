"""The calls of `calls` past Django's and DRF's handlers, which take longer for one than all that it is about.

Django answers the first of each kind, whose headers all others get, and whatever is not as it should be or comes from
nobody who is known: until that is sure nothing is done, or counted.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial, wraps
from http import HTTPStatus
from typing import Any, ParamSpec, Protocol, TypeVar

import orjson
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from rest_framework.exceptions import ValidationError

from objects_app import compiled, errors
from objects_app.access import Actor
from objects_app.api import calls, throttling
from objects_app.api.authentication import bearer_of, key_actor_at
from objects_app.api.errors import answer_named
from objects_app.api.fields import OBJECT_ID
from objects_app.api.inputs import (
    CreateObjectInput,
    DownloadInput,
    DownloadOptions,
    OwnListQuery,
    PageOptions,
    valid,
)
from objects_app.api.outputs import Shape
from objects_app.api.parsing import parameters_of, parse_object
from objects_app.asgi_headers import OF_THE_ROOT, Headers, encode_headers
from objects_app.errors import ObjectsError, TooManyRequests
from objects_app.models import ApiKey
from objects_app.operations import keys
from objects_app.operations.repeats import Fingerprint

PATH = re.compile(rf"/v1/objects(?:/({OBJECT_ID.pattern})(/complete|/delete|/download)?)?")
LONGEST_KEPT, MOST_KEPT = 300, 1_000  # hosts, queries and bodies, with what they mean
OK = "200 OK"
OF_ONE_ANSWER = {b"content-length"} | OF_THE_ROOT
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApplication = Callable[[Environ, StartResponse], Iterable[bytes]]
Kind = tuple[str, str]
Run = Callable[[Actor], Shape]
Answer = tuple[int, Headers, bytes]
P = ParamSpec("P")
R = TypeVar("R")


class Asked(Protocol):
    """A request whose id is the current one already."""

    method: str
    path: str
    query: str
    address: str
    repeats_headers: bool

    def header(self, name: str) -> str | None: ...


class DirectCalls:
    """A WSGI application in front of Django's, which learns from its answers how to do without it."""

    def __init__(self, django: WsgiApplication) -> None:
        self._django = django
        self._headers: dict[Kind, Headers] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        kind, _ = _asked_for(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        is_new = kind in CALLS and kind not in self._headers
        return self._django(environ, self._learning(kind, start_response) if is_new else start_response)

    def answer(self, asked: Asked, body: bytes) -> Answer | None:
        """None where Django shall answer."""
        kind, pk = _asked_for(asked.method, asked.path)
        learnt = self._headers.get(kind)
        if learnt is None or asked.repeats_headers:
            return None
        compiled.check_connection()
        answer = _answer(asked, body, kind, pk)
        if answer is None:
            return None
        status, headers, content = answer
        return status, [*learnt, *headers, (b"content-length", b"%d" % len(content))], content

    def _learning(self, kind: Kind, start_response: StartResponse) -> StartResponse:
        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> Any:
            if status == OK:
                self._headers[kind] = [header for header in encode_headers(headers) if header[0] not in OF_ONE_ANSWER]
            return start_response(status, headers, *rest)

        return start


def _asked_for(method: str, path: str) -> tuple[Kind, str]:
    """The kind of call, which may be none of CALLS, and the id in its path."""
    match = PATH.fullmatch(path)
    pk, verb = match.groups(default="") if match else ("", "/elsewhere")
    return (method, verb or ("/one" if pk else "")), pk


def _answer(asked: Asked, body: bytes, kind: Kind, pk: str) -> Answer | None:
    """None where Django shall answer."""
    run = _prepared(asked, body, kind, pk)
    if run is None:
        return None
    key, number = _counted(bearer_of(asked.header("authorization") or ""), asked.address)
    if key is None:
        return None
    return _carry_out(run, number, actor=key_actor_at(key, address=asked.address), pk=pk)


def _prepared(asked: Asked, body: bytes, kind: Kind, pk: str) -> Run | None:
    """What to do, if the request is as it should be."""
    if not _is_served(asked.header("host") or "", tuple(settings.ALLOWED_HOSTS)) or _is_encoded(asked):
        return None
    try:
        return CALLS[kind](asked, body, pk)
    except (ObjectsError, ValidationError):
        return None


def _carry_out(run: Run, number: int, *, actor: Actor, pk: str) -> Answer:
    """`number` says which of the key's calls within a second this is."""
    try:
        if number > settings.THROTTLE_KEY_RATE:
            raise TooManyRequests
        return HTTPStatus.OK, [], orjson.dumps(run(actor))
    except Exception as failure:
        error = errors.named(failure)
        if error is None:
            raise
        answer = answer_named(error, lambda: actor, target_id=pk)
        return answer.status_code, encode_headers(error.headers.items()), answer.content


def _counted(secret: str, address: str) -> tuple[ApiKey | None, int]:
    """The key of the secret, and which of its calls within a second this is; 0 where nobody counts."""
    if not settings.THROTTLE_ENABLED:
        return keys.find_key(secret, address=address), 0
    return keys.find_key_and_count(
        secret, address=address, window_of=throttling.key_window, seconds=throttling.WINDOW_SECONDS
    )


def _kept_if_short(read: Callable[P, R]) -> Callable[P, R]:
    """Remember what a text means, which is the first argument: a thousand long ones would fill the memory."""
    kept = lru_cache(maxsize=MOST_KEPT)(read)

    @wraps(read)
    def find(*args: Any, **kwargs: Any) -> Any:
        return (kept if len(args[0]) <= LONGEST_KEPT else read)(*args, **kwargs)

    return find


@_kept_if_short
def _is_served(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether Django would take the request for one of its hosts."""
    domain, _ = split_domain_port(host)
    return bool(domain and validate_host(domain, allowed))


def _is_encoded(asked: Asked) -> bool:
    return asked.header("content-encoding") not in (None, "identity")


def _list(asked: Asked, body: bytes, pk: str) -> Run:  # noqa: ARG001  each is called with them
    return partial(calls.own_page, options=_page_options(asked.query))


@_kept_if_short
def _page_options(query: str) -> PageOptions:
    return valid(OwnListQuery(data=parameters_of(query))).options()


def _create(asked: Asked, body: bytes, pk: str) -> Run:  # noqa: ARG001  the same
    new = valid(CreateObjectInput(data=parse_object(body))).new_object()
    return partial(calls.create, new=new, fingerprint=_fingerprint(asked, body))


def _retrieve(asked: Asked, body: bytes, pk: str) -> Run:  # noqa: ARG001  the same
    return partial(calls.retrieve, pk=pk)


def _complete(asked: Asked, body: bytes, pk: str) -> Run:
    return partial(calls.complete, pk=pk, fingerprint=_fingerprint(asked, body))


def _delete(asked: Asked, body: bytes, pk: str) -> Run:  # noqa: ARG001  the same
    return partial(calls.delete, pk=pk)


def _download(asked: Asked, body: bytes, pk: str) -> Run:  # noqa: ARG001  the same
    return partial(calls.issue_download_url, pk=pk, options=_download_options(body))


@_kept_if_short
def _download_options(body: bytes) -> DownloadOptions:
    return valid(DownloadInput(data=parse_object(body))).options()


def _fingerprint(asked: Asked, body: bytes) -> Fingerprint | None:
    return calls.fingerprint(asked.header("x-request-id"), method=asked.method, path=asked.path, body=body)


CALLS: dict[Kind, Callable[[Asked, bytes, str], Run]] = {
    ("GET", ""): _list,
    ("POST", ""): _create,
    ("GET", "/one"): _retrieve,
    ("DELETE", "/one"): _delete,
    ("POST", "/delete"): _delete,
    ("POST", "/complete"): _complete,
    ("POST", "/download"): _download,
}
