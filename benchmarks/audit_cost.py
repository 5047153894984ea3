"""What it costs to record an event: `python -m benchmarks.audit_cost`.

Calls of the API at the ASGI root, which is all of the web server but its sockets, in one process, as they are and with
a stub in the place of what records, in turns. DATABASE_URL names the (empty) database; without it that is SQLite in a
new folder.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from typing import Any
from unittest import mock

import django
from django.core.management import call_command

OK = 200
CALLS = ("create", "complete", "sign", "delete")
OBJECT = {"name": "notes.txt", "content_type": "text/plain", "metadata": {"build": "1"}}
Took = tuple[float, float]  # wall and processor time, in milliseconds
Times = dict[str, list[Took]]
Upload = Callable[[str], None]
Block = Callable[[], AbstractContextManager[None]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--calls", type=int, default=20, help="of each kind in a turn")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "OBJECT_STORAGE": "memory", "DJANGO_SETTINGS_MODULE": "config.settings"}
        os.environ |= {"THROTTLE_ENABLED": "false", "LOG_FILE": f"{folder}/log"}
        os.environ.setdefault("SECRET_KEY", "of this benchmark alone, and longer than fifty characters")
        django.setup()
        call_command("migrate", verbosity=0)
        show(*asyncio.run(measure(options.turns, options.calls)))


async def measure(turns: int, calls: int) -> tuple[Times, Times]:
    """The times of calls that are recorded, and of those that are not. The first turn warms up."""
    from objects_app.models import StoredObject  # noqa: PLC0415 models exist only after django.setup()
    from tests.factories import make_person, put_bytes  # noqa: PLC0415 the same

    client = Client((await asyncio.to_thread(make_person, f"benchmark {time.time_ns()}")).secret)
    recorded: Times = defaultdict(list)
    stubbed: Times = defaultdict(list)
    for turn in range(turns + 1):
        for times, block in ((recorded, nullcontext), (stubbed, without_records)):
            for _ in range(calls):
                await live(client, lambda pk: put_bytes(StoredObject.objects.get(pk=pk), b"hello"), block, times)
        if turn == 0:
            recorded.clear()
            stubbed.clear()
    return recorded, stubbed


async def live(client: "Client", upload: Upload, block: Block, times: Times) -> None:
    """One object from its creation to its end."""
    with block():
        took, answer = await client.call("POST", "/v1/objects", OBJECT)
        times["create"].append(took)
    path = f"/v1/objects/{answer['id']}"
    await asyncio.to_thread(upload, answer["id"])
    with block():
        for name, method, below in (
            ("complete", "POST", "/complete"),
            ("sign", "POST", "/download"),
            ("delete", "DELETE", ""),
        ):
            took, _ = await client.call(method, path + below, {})
            times[name].append(took)


@contextmanager
def without_records() -> Iterator[None]:
    from objects_app import audit  # noqa: PLC0415 models exist only after django.setup()
    from objects_app.models import AuditEvent  # noqa: PLC0415 the same

    ids = count(1)

    def record(*_: Any, **__: Any) -> AuditEvent:
        return AuditEvent(pk=next(ids))

    with mock.patch.multiple(audit, record=record, record_each=lambda *_, **__: None):
        yield


class Client:
    def __init__(self, secret: str) -> None:
        from config.handlers import Handlers  # noqa: PLC0415 settings exist only after django.setup()
        from objects_app.transfer.root import Root  # noqa: PLC0415 the same

        self._root = Root(Handlers())
        self._headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {secret}".encode())]

    async def call(self, method: str, path: str, sent: dict[str, Any]) -> tuple[Took, dict[str, Any]]:
        body = json.dumps(sent).encode()
        lengths = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        scope = {"type": "http", "http_version": "1.1", "method": method, "path": path, "query_string": b""}
        answered: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            answered.append(message)

        wall, processor = time.perf_counter(), time.process_time()
        await self._root(scope | {"headers": self._headers + lengths}, receive, send)
        took = (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000
        start, content = answered
        if start["status"] != OK:
            raise RuntimeError(f"{method} {path}: {start['status']} {content['body'].decode()}")
        return took, json.loads(content["body"])


def show(recorded: Times, stubbed: Times) -> None:
    print("| call | wall ms | without | share | CPU ms | without | share |\n|---|---|---|---|---|---|---|")
    for name in CALLS:
        cells = []
        for place in (0, 1):
            whole, rest = (statistics.median(took[place] for took in times[name]) for times in (recorded, stubbed))
            cells += [f"{whole:.2f}", f"{rest:.2f}", f"{1 - rest / whole:.0%}"]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
