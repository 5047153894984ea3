"""A strict S3 in front of moto: it verifies signatures, refuses what S3 refuses, and carries out the faults of a test.

`proxy.calls` are all calls so far. `proxy.plan("CopyObject", lose_answer())` is for the next copy; a refused signature
or body is refused before any plan.
"""

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import SpooledTemporaryFile
from threading import Lock, Thread
from typing import BinaryIO
from urllib.parse import urlsplit

from tests import sigv4
from tests.s3 import cors, rules
from tests.s3.calls import COPIED, Answer, Call, call_of
from tests.s3.faults import ANY, CarryOut, Cut, Fault, Plan, cut
from tests.sigv4 import Credentials, Refused, Request

BLOCK = 256 * 1024
IN_MEMORY = 1024 * 1024
MOTO_SECONDS = 60
OF_ONE_CONNECTION = {"connection", "expect", "keep-alive", "transfer-encoding"}
UNVERIFIED = [("Authorization", "AWS4-HMAC-SHA256 Credential=proxy/20260101/us-east-1/s3/aws4_request")]


class S3Proxy:
    """`ahead` is how far the store's clock is ahead of ours, `largest_copy` what one call may copy, `cors_of` tells the
    CORS rules of a bucket.
    """

    def __init__(self, moto_port: int, credentials: Credentials, cors_of: cors.Rules) -> None:
        self.moto_port, self.credentials, self.cors_of = moto_port, credentials, cors_of
        self.ahead = timedelta()
        self.largest_copy = rules.LARGEST_COPY
        self.calls: list[Call] = []
        self.plans: list[Plan] = []
        self.failures: list[BaseException] = []
        self.planning = Lock()
        self.storing = Lock()
        self.listener = Listener(self)
        self.url = f"http://127.0.0.1:{self.listener.server_port}"
        self.thread = Thread(target=self.listener.serve_forever, args=(0.02,), name="s3-proxy", daemon=True)
        self.thread.start()

    def plan(self, operation: str, fault: Fault, *, call: int = 1) -> Plan:
        """For the `call`th call of an operation (or of ANY) from now on."""
        plan = Plan(operation, fault, call)
        with self.planning:
            self.plans.append(plan)
        return plan

    @contextmanager
    def during(self, operation: str, fault: Fault) -> Iterator[Plan]:
        """For every call meanwhile."""
        plan = self.plan(operation, fault, call=0)
        yield plan
        with self.planning:
            self.plans.remove(plan)

    @contextmanager
    def down(self) -> Iterator[Plan]:
        with self.during(ANY, cut()) as plan:
            yield plan

    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]

    def planned_for(self, call: Call) -> list[Fault]:
        with self.planning:
            due = [plan for plan in self.plans if plan.is_for(call)]
        for plan in due:
            plan.met.append(call)
        return [plan.fault for plan in due]

    def stop(self) -> None:
        """What went wrong in the proxy itself is raised here."""
        for call in self.calls:
            call.over.set()
        self.listener.stop()
        self.thread.join()
        if self.failures:
            raise ExceptionGroup("the proxy failed", self.failures)


class Listener(ThreadingHTTPServer):
    daemon_threads = False  # so that the end waits for them
    request_queue_size = 128

    def __init__(self, proxy: S3Proxy) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.proxy = proxy
        self.open: set[socket.socket] = set()

    def process_request(self, request, client_address) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_) -> None:
        failure = sys.exception()
        if not isinstance(failure, ConnectionError):  # the client is gone
            self.proxy.failures.append(failure)

    def stop(self) -> None:
        self.shutdown()
        for connection in self.open.copy():
            hang_up(connection)
        self.server_close()


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def handle_call(self) -> None:
        self.proxy = self.server.proxy
        call = call_of(self._request())
        self.proxy.calls.append(call)
        with ExitStack() as self.files:
            try:
                self._send(call, self._answer(call))
            except Refused as refused:
                self._send(call, Answer.refusing(refused))
            except Cut:
                self._end()

    do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = handle_call  # noqa: N815  http.server's names

    def do_OPTIONS(self) -> None:
        """What a browser asks before a page of another origin may send; nobody signs that."""
        told = cors.preflight(self._cors_rules(), {name.lower(): value for name, value in self.headers.items()})
        self.send_response_only(403 if told is None else 200)
        for name, value in told or []:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _cors_rules(self) -> list[dict]:
        return self.server.proxy.cors_of(urlsplit(self.path).path.split("/")[1])

    def log_message(self, *arguments) -> None:
        pass

    def _request(self, sha256: str = sigv4.EMPTY) -> Request:
        return Request(self.command, self.path, tuple(self.headers.items()), sha256)

    def _answer(self, call: Call) -> Answer:
        body = self._receive()
        call.bytes_in = body.length
        request = self._request(body.sha256)
        sigv4.verify(request, self.proxy.credentials, datetime.now(UTC) + self.proxy.ahead)
        rules.check_body(call, request, body)
        carry_out: CarryOut = partial(self._carry_out, call, request, body)
        for fault in self.proxy.planned_for(call):
            carry_out = partial(fault, call, carry_out)
        return carry_out()

    def _receive(self) -> rules.Body:
        length = self.headers["content-length"]
        if length is None and self.command in ("POST", "PUT"):  # nor is a chunked body taken
            self.close_connection = True
            if self.headers["transfer-encoding"]:
                self._swallow_chunks()
            raise Refused(411, "MissingContentLength", "You must provide the Content-Length HTTP header")
        body = rules.received(blocks(self.rfile, int(length or 0)), self._new_file())
        if body.length < int(length or 0):
            self.close_connection = True
            raise Refused(400, "IncompleteBody", "You did not provide the number of bytes specified by Content-Length")
        return body

    def _swallow_chunks(self) -> None:
        """A client that is still sending would see its connection reset, and no answer."""
        while size := int(self.rfile.readline().partition(b";")[0].strip() or b"0", 16):
            self.rfile.read(size + len(b"\r\n"))
        self.rfile.readline()

    def _carry_out(self, call: Call, request: Request, body: rules.Body) -> Answer:
        """A condition and what hangs on it are one step, as in S3."""
        try:
            with self.proxy.storing:
                if copied := request.header(COPIED):
                    self._check_source(request, copied)
                body.file.seek(0)
                return self._ask_moto(request.method, request.target, rules.kept_by_moto(call, request), body.file)
        except Refused as refused:
            return Answer.refusing(refused)

    def _check_source(self, request: Request, copied: str) -> None:
        path = "/" + copied.removeprefix("/").partition("?")[0]
        answer = self._ask_moto("HEAD", path, [("Host", "127.0.0.1"), *UNVERIFIED])
        if answer.status == 404:
            raise Refused(404, "NoSuchKey", "The specified key does not exist.")
        headers = {name.lower(): value for name, value in answer.headers}
        source = rules.Source(headers["etag"], int(headers["content-length"]))
        rules.check_source(request, source, self.proxy.largest_copy)

    def _ask_moto(self, method: str, target: str, headers, body: BinaryIO | None = None) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.proxy.moto_port, timeout=MOTO_SECONDS)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in passed_on(headers):
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            file = self._new_file()
            length = sum(file.write(block) for block in iter(partial(response.read, BLOCK), b""))
            return Answer(response.status, passed_on(response.getheaders()), file, length)
        finally:
            connection.close()

    def _send(self, call: Call, answer: Answer) -> None:
        has_body = self.command != "HEAD"
        length = answer.length // 2 if answer.is_half else answer.length
        call.bytes_out = length if has_body else 0
        call.status = answer.status
        self.send_response_only(answer.status)
        for name, value in [*answer.headers, *self._readable()]:
            if name.lower() != "content-length" or not has_body:
                self.send_header(name, value)
        if has_body:
            self.send_header("Content-Length", str(answer.length))
        if self.close_connection:  # or the client would send its next request into it
            self.send_header("Connection", "close")
        self.end_headers()
        answer.body.seek(0)
        for block in blocks(answer.body, call.bytes_out):
            self.wfile.write(block)
        if answer.is_half:
            self._end()

    def _readable(self) -> cors.Headers:
        origin = self.headers["origin"]
        return cors.readable(self._cors_rules(), origin, self.command) if origin else []

    def _new_file(self) -> BinaryIO:
        return self.files.enter_context(SpooledTemporaryFile(IN_MEMORY))

    def _end(self) -> None:
        self.close_connection = True
        hang_up(self.connection)


def blocks(file: BinaryIO, length: int) -> Iterator[bytes]:
    """Fewer where it ends early."""
    while length > 0 and (block := file.read(min(BLOCK, length))):
        length -= len(block)
        yield block


def passed_on(headers) -> list[tuple[str, str]]:
    """Moto lets every page in."""
    headers = [(name, value) for name, value in headers if name.lower() not in OF_ONE_CONNECTION]
    return [(name, value) for name, value in headers if not name.lower().startswith("access-control-")]


def hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
