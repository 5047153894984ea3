"""Large bodies in and out: rate, processor time and memory, beside the same bytes with no server in between."""

import asyncio
from collections.abc import Iterator

from benchmarks import streams
from benchmarks.client import Answer, Connection, WrongAnswerError
from benchmarks.measure import Measure, Row, Sample, compare
from benchmarks.meters import transferred
from benchmarks.payload import Payload
from benchmarks.plan import Plan
from benchmarks.references import dd_and_sync, read_and_send, write_and_sync
from benchmarks.requests import NEW_OBJECT, Api
from benchmarks.servers import Holdall

HUGE_MIB = 5 * 1024
WRITE = "write and fsync"
DD = "dd conv=fsync of zeros"
SEND = "read and send"


class Bodies:
    """Single transfers of an account of their own; what they need besides is asked for outside of the time taken."""

    def __init__(self, holdall: Holdall) -> None:
        self.server = holdall.server
        self.api = Api(holdall.address, holdall.create_account("an account of large objects"))

    def upload(self, payload: Payload) -> Sample:
        created = self.ask(self.api.post("/v1/objects", NEW_OBJECT)).json()
        sample = transferred(
            self.server, payload, lambda: streams.put(self.server.address, created["upload_url"], payload)
        )()
        self.delete(created["id"])
        return sample

    def download(self, url: str, payload: Payload) -> Measure:
        return transferred(self.server, payload, lambda: streams.get(self.server.address, url, payload))

    def download_url(self, object_id: str) -> str:
        url: str = self.ask(self.api.post(f"/v1/objects/{object_id}/download")).json()["download_url"]
        return url

    def stored(self, payload: Payload) -> str:
        """A complete object, after its bytes were seen to come back unchanged."""
        created = self.ask(self.api.post("/v1/objects", NEW_OBJECT)).json()
        streams.put(self.server.address, created["upload_url"], payload)
        completed = self.ask(self.api.post(f"/v1/objects/{created['id']}/complete")).json()
        url = self.download_url(created["id"])
        expected = payload.sha256()
        if completed["sha256"] not in (None, expected) or streams.sha256_of(self.server.address, url) != expected:
            raise WrongAnswerError("the bytes that came back are others")
        object_id: str = created["id"]
        return object_id

    def delete(self, object_id: str) -> None:
        self.ask(self.api.delete(f"/v1/objects/{object_id}"))

    def ask(self, request: bytes) -> Answer:
        async def once() -> Answer:
            connection = await Connection.open(self.server.address)
            try:
                return await asyncio.wait_for(connection.ask(request), streams.TIMEOUT)
            finally:
                connection.close()

        return asyncio.run(once())


class Transfers:
    def __init__(self, holdall: Holdall, plan: Plan) -> None:
        self.scratch = holdall.data_dir.parent / "scratch"
        self.plan = plan
        self.bodies = Bodies(holdall)

    def rows(self) -> Iterator[Row]:
        yield from self.both_ways(Payload(self.plan.transfer_mib), rounds=self.plan.transfer_rounds)
        if self.plan.huge:
            yield from self.both_ways(Payload(HUGE_MIB), rounds=1)

    def both_ways(self, payload: Payload, *, rounds: int) -> Iterator[Row]:
        bodies, scratch = self.bodies, self.scratch
        writes = {WRITE: write_and_sync(scratch, payload), DD: dd_and_sync(scratch, payload)}
        label = f"of {payload.mib:,} MiB"
        # A virtual machine is slow to hand out memory for the first time: each upload and write follows an untimed one.
        again = write_and_sync(scratch, payload)
        yield compare(f"upload {label}", lambda: bodies.upload(payload), writes, rounds=rounds, before_each=again)
        object_id = bodies.stored(payload)
        download = bodies.download(bodies.download_url(object_id), payload)
        with read_and_send(scratch, payload) as send:
            yield compare(f"download {label}", download, {SEND: send}, rounds=rounds)
        bodies.delete(object_id)
