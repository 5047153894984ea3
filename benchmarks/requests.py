"""The API's calls as steps of a load: what one connection asks for, once."""

import json
from collections.abc import Iterable
from itertools import cycle

from benchmarks.client import Address, Connection, WrongAnswerError, message
from benchmarks.load import Step
from benchmarks.servers import Account

NEW_OBJECT = json.dumps({"name": "result.json", "content_type": "application/json"}).encode()
CONTENT = b"x" * 1024


def step(request: bytes) -> Step:
    async def ask(connection: Connection) -> None:
        await connection.ask(request)

    return ask


def steps_in_turn(requests: Iterable[bytes]) -> Step:
    turns = cycle(requests)

    async def ask(connection: Connection) -> None:
        await connection.ask(next(turns))

    return ask


class Api:
    """Requests of one account."""

    def __init__(self, address: Address, account: Account) -> None:
        self.address = address
        self.account = account

    def get(self, path: str) -> bytes:
        return message("GET", path, host=self.address, key=self.account.key)

    def post(self, path: str, body: bytes = b"{}") -> bytes:
        return message("POST", path, host=self.address, key=self.account.key, body=body)

    def delete(self, path: str) -> bytes:
        return message("DELETE", path, host=self.address, key=self.account.key)

    def create(self) -> Step:
        return step(self.post("/v1/objects", NEW_OBJECT))

    def retrieve(self, ids: list[str]) -> Step:
        return steps_in_turn(self.get(f"/v1/objects/{object_id}") for object_id in ids)

    def download_url(self, ids: list[str]) -> Step:
        return steps_in_turn(self.post(f"/v1/objects/{object_id}/download") for object_id in ids)

    def page(self, *, after: str = "", counted: bool) -> Step:
        count = "true" if counted else "false"
        cursor = f"&starting_after={after}" if after else ""
        return step(self.get(f"/v1/objects?limit=20&include_total_count={count}{cursor}"))

    async def round_trip(self, connection: Connection) -> None:
        """Five requests: create, PUT, complete, ask for a download URL, GET."""
        created = (await connection.ask(self.post("/v1/objects", NEW_OBJECT))).json()
        await connection.ask(message("PUT", created["upload_url"], host=self.address, body=CONTENT))
        await connection.ask(self.post(f"/v1/objects/{created['id']}/complete"))
        download = (await connection.ask(self.post(f"/v1/objects/{created['id']}/download"))).json()
        answer = await connection.ask(message("GET", download["download_url"], host=self.address))
        if answer.body != CONTENT:
            raise WrongAnswerError("the bytes that came back are others")
