"""All of the web server but its sockets: requests at the ASGI root, and jobs, in one thread of their own."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

from objects_app import errors, key_cache
from objects_app.transfer import threads
from objects_app.transfer.root import Root
from tests.asgi import block

POOLS = ("_files", "_verbs", "_pages")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


class Front:
    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self.thread = thread
        self.root = Root(get_wsgi_application())

    def ask(self, method: str, url: str, body: bytes = b"", **headers: str) -> Answer:
        """No key is remembered from earlier requests: each one is looked up."""
        key_cache._entries.clear()
        sent: list[dict[str, Any]] = []
        asyncio.run(self._exchange(_scope(method, url, body, headers), body, sent))
        start = sent[0]
        return Answer(
            start["status"],
            {name.decode().lower(): value.decode() for name, value in start["headers"]},
            b"".join(message.get("body", b"") for message in sent),
        )

    async def _exchange(self, scope: dict[str, Any], body: bytes, sent: list[dict[str, Any]]) -> None:
        incoming = iter([block(body, more=False)])

        async def receive():
            for message in incoming:
                return message
            return await asyncio.Event().wait()  # the client stays and says nothing more

        async def send(message):
            sent.append(message)

        await self.root(scope, receive, send)

    def work(self, job: Callable[[], Any]) -> Any:
        """What a worker does around each task."""
        return self.thread.submit(threads._with_connection, job).result()

    def answer_of(self, job: Callable[[], Any]) -> Answer:
        """How a job ended, in the words of an answer."""
        try:
            self.work(job)
        except Exception as failure:
            error = errors.named(failure)
            if error is None:
                raise
            return Answer(error.status, _lowered(error.headers), orjson.dumps(error.body("")))
        return Answer(200, {}, b"")


@contextmanager
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    with ThreadPoolExecutor(1, thread_name_prefix="front") as thread:
        for name in POOLS:
            monkeypatch.setattr(threads, name, thread)
        try:
            yield Front(thread)
        finally:
            thread.submit(connections.close_all).result()


def _scope(method: str, url: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    parts = urlsplit(url)
    headers = {"host": "testserver", "content-length": str(len(body)), **headers}
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": parts.path,
        "query_string": parts.query.encode(),
        "scheme": "http",
        "headers": [(name.lower().replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }


def _lowered(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
