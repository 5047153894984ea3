"""The way from the event loop to Django: read a small body whole, then call Django's WSGI handler in a thread."""

import sys
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from objects_app import errors, request_id
from objects_app.asgi_headers import OF_THE_ROOT, Headers, encode_headers
from objects_app.errors import BodyTooLarge, ObjectsError
from objects_app.transfer.addresses import comes_from_proxy
from objects_app.transfer.exchange import Exchange
from objects_app.transfer.threads import in_page_thread

FOR_PROGRAMS = ("/v1/", "/upload/", "/download/", "/admit/")  # where answers of every kind are JSON
LARGEST_BODY = 1024 * 1024
GATHERED = 256 * 1024
Environ = dict[str, Any]
WsgiApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
DirectAnswer = tuple[int, Headers, bytes]
AnswerDirectly = Callable[[Exchange, bytes], DirectAnswer | None]


def leave_to_django(exchange: Exchange, body: bytes) -> DirectAnswer | None:  # noqa: ARG001  as others are called
    return None


async def call_django(exchange: Exchange, application: WsgiApplication, answer_directly: AnswerDirectly) -> None:
    """Or not, where it can be answered directly."""
    await _send_answer(exchange, DjangoCall(application, exchange, await _read_small_body(exchange)), answer_directly)


async def show_refusal(exchange: Exchange, application: WsgiApplication, refusal: ObjectsError) -> None:
    """Have Django draw the page of a refusal that came before it could be called."""
    await _send_answer(exchange, DjangoCall(application, exchange, refusal=refusal), leave_to_django)


async def _send_answer(exchange: Exchange, call: "DjangoCall", answer_directly: AnswerDirectly) -> None:
    """An answer up to GATHERED bytes, nearly every one, takes a single visit to a thread."""
    try:
        block = await in_page_thread(call.begin, answer_directly)
        await exchange.start(call.status, call.headers)
        if call.has_more:
            block = await _send_all_but_last(exchange, call, block)
        await exchange.send_block(block, more=False)
    finally:
        if call.has_more:
            await in_page_thread(call.close)


async def _send_all_but_last(exchange: Exchange, call: "DjangoCall", block: bytes) -> bytes:
    async with exchange.noticing_departure():
        while call.has_more:
            await exchange.send_block(block, more=True)
            block = await in_page_thread(call.next_block)
    return block


async def _read_small_body(exchange: Exchange) -> bytes:
    if exchange.is_bodiless:
        return b""
    if (exchange.length or 0) > LARGEST_BODY:
        raise BodyTooLarge
    blocks: list[bytes] = []
    size = 0
    while block := await exchange.read():
        size += len(block)
        if size > LARGEST_BODY:
            raise BodyTooLarge
        blocks.append(block)
    return b"".join(blocks)


def environ_of(exchange: Exchange, body: bytes) -> Environ:
    """PEP 3333. Header names with an underscore are dropped: they could pose as names with a hyphen (CVE-2026-3902)."""
    scope = exchange.scope
    host, port = scope.get("server") or ("localhost", 80)
    path = scope.get("raw_path") or exchange.path.encode()
    environ: Environ = {
        "REQUEST_METHOD": exchange.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": exchange.query,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": exchange.address,
        request_id.ENVIRON_KEY: exchange.request_id,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    believed = comes_from_proxy(scope)
    for name, value in scope["headers"]:
        if believed or name != b"x-forwarded-proto":
            _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _add_header(environ: Environ, name: str, value: str) -> None:
    if "_" in name or name == "content-length":
        return
    key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
    joint = "; " if name == "cookie" else ","
    environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value


class DjangoCall:
    """One call of the handler, whose every step blocks and so belongs into a thread."""

    def __init__(
        self,
        application: WsgiApplication,
        exchange: Exchange,
        body: bytes = b"",
        *,
        refusal: ObjectsError | None = None,
    ) -> None:
        self.application = application
        self.exchange = exchange
        self.body = body
        self.refusal = refusal
        self.status = 0
        self.headers: Headers = []
        self.has_more = False

    def begin(self, answer_directly: AnswerDirectly) -> bytes:
        answer = answer_directly(self.exchange, self.body)
        if answer:
            self.status, self.headers, block = answer
            return block
        environ = environ_of(self.exchange, self.body)
        if self.refusal:
            environ[errors.IN_ENVIRON] = self.refusal
        self.answer = self.application(environ, self._start_response)
        self.blocks: Iterator[bytes] = iter(self.answer)
        self.has_more = True
        return self.next_block()

    def next_block(self) -> bytes:
        gathered: list[bytes] = []
        size = 0
        for block in self.blocks:
            gathered.append(block)
            size += len(block)
            if size >= GATHERED:
                return b"".join(gathered)
        self.close()
        return b"".join(gathered)

    def close(self) -> None:
        self.has_more = False
        close = getattr(self.answer, "close", None)
        if close:
            close()

    def _start_response(self, status: str, headers: list[tuple[str, str]], *_: object) -> None:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [header for header in encode_headers(headers) if header[0] not in OF_THE_ROOT]
