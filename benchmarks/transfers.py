"""Large bodies in and out: rate, processor time and memory, beside the same bytes with no server in between."""

import asyncio
from collections.abc import Callable, Iterator
from time import perf_counter

from benchmarks import processes, streams
from benchmarks.client import Answer, Connection, WrongAnswerError
from benchmarks.measure import Row, Sample, compare
from benchmarks.payload import Payload
from benchmarks.plan import Plan
from benchmarks.references import dd_and_sync, read_and_send, write_and_sync
from benchmarks.requests import NEW_OBJECT, Api
from benchmarks.servers import Holdall

HUGE_MIB = 5 * 1024
WRITE = "write and fsync"
DD = "dd conv=fsync of zeros"
SEND = "read and send"


class Transfers:
    def __init__(self, server: Holdall, plan: Plan) -> None:
        self.server = server
        self.plan = plan
        self.api = Api(server.address, server.create_account("an account of large objects"))

    def rows(self) -> Iterator[Row]:
        yield from self.both_ways(Payload(self.plan.transfer_mib), rounds=self.plan.transfer_rounds)
        if self.plan.huge:
            yield from self.both_ways(Payload(HUGE_MIB), rounds=1)

    def both_ways(self, payload: Payload, *, rounds: int) -> Iterator[Row]:
        scratch = self.server.data_dir.parent / "scratch"
        writes = {WRITE: write_and_sync(scratch, payload), DD: dd_and_sync(scratch, payload)}
        label = f"of {payload.mib:,} MiB"
        # A virtual machine is slow to hand out memory for the first time: each upload and write follows an untimed one.
        again = write_and_sync(scratch, payload)
        yield compare(f"upload {label}", lambda: self.upload(payload), writes, rounds=rounds, before_each=again)
        object_id = self.stored(payload)
        url = self.ask(self.api.post(f"/v1/objects/{object_id}/download")).json()["download_url"]
        with read_and_send(scratch, payload) as send:
            yield compare(f"download {label}", lambda: self.download(url, payload), {SEND: send}, rounds=rounds)
        self.ask(self.api.delete(f"/v1/objects/{object_id}"))

    def upload(self, payload: Payload) -> Sample:
        created = self.ask(self.api.post("/v1/objects", NEW_OBJECT)).json()
        sample = self.timed(payload, lambda: streams.put(self.server.address, created["upload_url"], payload))
        self.ask(self.api.delete(f"/v1/objects/{created['id']}"))
        return sample

    def download(self, url: str, payload: Payload) -> Sample:
        return self.timed(payload, lambda: streams.get(self.server.address, url, payload))

    def stored(self, payload: Payload) -> str:
        """A complete object, after its bytes were seen to come back unchanged."""
        created = self.ask(self.api.post("/v1/objects", NEW_OBJECT)).json()
        streams.put(self.server.address, created["upload_url"], payload)
        completed = self.ask(self.api.post(f"/v1/objects/{created['id']}/complete")).json()
        url = self.ask(self.api.post(f"/v1/objects/{created['id']}/download")).json()["download_url"]
        if not completed["sha256"] == payload.sha256() == streams.sha256_of(self.server.address, url):
            raise WrongAnswerError("the bytes that came back are others")
        object_id: str = created["id"]
        return object_id

    def timed(self, payload: Payload, transfer: Callable[[], None]) -> Sample:
        memory = processes.PeakMemory(self.server.process)
        cpu_before, started = processes.cpu_seconds(self.server.process), perf_counter()
        transfer()
        took = perf_counter() - started
        spent = processes.cpu_seconds(self.server.process) - cpu_before
        return Sample(
            rate=payload.mib / took, operations=1, cpu_us=spent * 1e6 / payload.mib, growth_mib=memory.growth_mib()
        )

    def ask(self, request: bytes) -> Answer:
        async def once() -> Answer:
            connection = await Connection.open(self.server.address)
            try:
                return await asyncio.wait_for(connection.ask(request), streams.TIMEOUT)
            finally:
                connection.close()

        return asyncio.run(once())
