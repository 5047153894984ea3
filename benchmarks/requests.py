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


def steps_once(requests: Iterable[bytes]) -> Step:
    remaining = iter(requests)

    async def ask(connection: Connection) -> None:
        request = next(remaining, None)
        if request is None:
            raise WrongAnswerError("there is nothing left to ask for")
        await connection.ask(request)

    return ask


class Api:
    """Requests of one account; `objects` is where its objects are."""

    def __init__(self, address: Address, account: Account, objects: str = "/v1/objects") -> None:
        self.address = address
        self.account = account
        self.objects = objects

    def get(self, path: str) -> bytes:
        return message("GET", path, host=self.address, key=self.account.key)

    def post(self, path: str, body: bytes = b"{}") -> bytes:
        return message("POST", path, host=self.address, key=self.account.key, body=body)

    def delete(self, path: str) -> bytes:
        return message("DELETE", path, host=self.address, key=self.account.key)

    def create(self) -> Step:
        return step(self.post(self.objects, NEW_OBJECT))

    def retrieve(self, ids: list[str]) -> Step:
        return steps_in_turn(self.get(f"{self.objects}/{object_id}") for object_id in ids)

    def download_url(self, ids: list[str]) -> Step:
        return steps_in_turn(self.post(f"{self.objects}/{object_id}/download") for object_id in ids)

    def delete_each(self, ids: Iterable[str]) -> Step:
        return steps_once(self.delete(f"{self.objects}/{object_id}") for object_id in ids)

    def page(self, *, after: str = "", counted: bool) -> Step:
        count = "true" if counted else "false"
        cursor = f"&starting_after={after}" if after else ""
        return step(self.get(f"{self.objects}?limit=20&include_total_count={count}{cursor}"))

    def create_and_complete(self) -> Step:
        """Without content, where none is asked for."""

        async def ask(connection: Connection) -> None:
            created = (await connection.ask(self.post(self.objects, NEW_OBJECT))).json()
            await connection.ask(self.post(f"{self.objects}/{created['id']}/complete"))

        return ask

    def store(self, content: bytes) -> Step:
        """Three requests: create, PUT, complete."""

        async def ask(connection: Connection) -> None:
            await self.stored(connection, content)

        return ask

    def round_trip(self, content: bytes) -> Step:
        """Five requests: the three of `store`, ask for a download URL, GET."""

        async def ask(connection: Connection) -> None:
            object_id = await self.stored(connection, content)
            answer = await connection.ask(message("GET", await self.signed(connection, object_id), host=self.address))
            if answer.body != content:
                raise WrongAnswerError("the bytes that came back are others")

        return ask

    async def stored(self, connection: Connection, content: bytes) -> str:
        """The id of a new object with this content."""
        created = (await connection.ask(self.post(self.objects, NEW_OBJECT))).json()
        await connection.ask(message("PUT", created["upload_url"], host=self.address, body=content))
        await connection.ask(self.post(f"{self.objects}/{created['id']}/complete"))
        object_id: str = created["id"]
        return object_id

    async def signed(self, connection: Connection, object_id: str) -> str:
        answer = await connection.ask(self.post(f"{self.objects}/{object_id}/download"))
        url: str = answer.json()["download_url"]
        return url
