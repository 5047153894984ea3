"""What the API's calls cost, each beside the limit that is nearest to it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from benchmarks import processes
from benchmarks.client import Address, message
from benchmarks.load import Step, drive
from benchmarks.measure import Measure, Reference, Row, Sample, compare
from benchmarks.plan import CONCURRENCY, SMALL_ACCOUNT, Plan
from benchmarks.references import COUNT, ONE_OBJECT, ONE_PAGE, sqlite_commit, sqlite_query
from benchmarks.requests import Api, step
from benchmarks.servers import Holdall

HELLO = "bare granian hello"
ROW_QUERY = "raw SQLite query of one row"
PAGE_QUERY = "raw SQLite query of a page"
COUNT_QUERY = "raw SQLite count"
COMMIT = "raw SQLite commit"


@dataclass(frozen=True)
class Seeded:
    """An account that holds so many objects."""

    api: Api
    count: int
    middle: str
    some: list[str]


def seeded_account(server: Holdall, name: str, count: int) -> Seeded:
    account = server.create_account(name)
    ids = json.loads(server.run(sys.executable, "-m", "benchmarks.seed", account.id, str(count)))
    return Seeded(Api(server.address, account), count, ids["middle"], ids["some"])


class ApiPaths:
    def __init__(self, server: Holdall, hello: Address, plan: Plan) -> None:
        self.server = server
        self.plan = plan
        self.hello: Reference = partial(hello_rate, hello, plan.reference_seconds)
        self.commit = sqlite_commit(server.data_dir.parent, seconds=plan.reference_seconds)

    def rows(self) -> Iterator[Row]:
        """Pages first: what they list must not grow meanwhile."""
        small = seeded_account(self.server, "a small account", SMALL_ACCOUNT)
        large = seeded_account(self.server, "a large account", self.plan.objects)
        yield from self.pages(small)
        yield from self.pages(large)
        yield from self.reads(large)
        yield from self.changes(Api(self.server.address, self.server.create_account("a busy account")), large)

    def pages(self, seeded: Seeded) -> Iterator[Row]:
        of = f"of {seeded.count:,}"
        page = {HELLO: self.hello, PAGE_QUERY: self.query(ONE_PAGE, seeded.api.account.id)}
        counted = {HELLO: self.hello, COUNT_QUERY: self.query(COUNT, seeded.api.account.id)}
        api, middle = seeded.api, seeded.middle
        yield self.compare(f"first page {of}", api.page(counted=False), page)
        yield self.compare(f"deep page {of}", api.page(after=middle, counted=False), page)
        yield self.compare(f"first page {of}, with count", api.page(counted=True), counted)
        yield self.compare(f"deep page {of}, with count", api.page(after=middle, counted=True), counted)

    def reads(self, large: Seeded) -> Iterator[Row]:
        row = {HELLO: self.hello, ROW_QUERY: self.query(ONE_OBJECT, large.middle)}
        yield self.compare("retrieve", large.api.retrieve(large.some), row)
        yield self.compare("retrieve, one at a time", large.api.retrieve(large.some), {}, concurrency=1)

    def changes(self, busy: Api, large: Seeded) -> Iterator[Row]:
        commit = {HELLO: self.hello, COMMIT: self.commit}
        yield self.compare("create", busy.create(), commit)
        yield self.compare("download URL", large.api.download_url(large.some), commit)
        yield self.compare("round trip of 1 KB", busy.round_trip, commit)

    def query(self, statement: str, parameter: str) -> Reference:
        return sqlite_query(self.server.database, statement, parameter, seconds=self.plan.reference_seconds)

    def compare(
        self, operation: str, of: Step, references: dict[str, Reference], *, concurrency: int = CONCURRENCY
    ) -> Row:
        drive(self.server.address, of, concurrency=concurrency, seconds=self.plan.seconds / 5)  # warms up
        return compare(operation, self.measure(of, concurrency), references, rounds=self.plan.rounds)

    def measure(self, of: Step, concurrency: int) -> Measure:
        def measured() -> Sample:
            before = processes.cpu_seconds(self.server.process)
            sample = drive(self.server.address, of, concurrency=concurrency, seconds=self.plan.seconds)
            spent = processes.cpu_seconds(self.server.process) - before
            return replace(sample, cpu_us=spent * 1e6 / sample.operations) if sample.operations else sample

        return measured


def hello_rate(address: Address, seconds: float) -> float:
    return drive(address, step(message("GET", "/", host=address)), concurrency=CONCURRENCY, seconds=seconds).rate
