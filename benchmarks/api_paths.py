"""What the API's calls cost, each beside the limit that is nearest to it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks.client import Address, message
from benchmarks.load import Step, drive
from benchmarks.measure import Reference, Row, compare
from benchmarks.meters import driven
from benchmarks.plan import CONCURRENCY, SMALL_ACCOUNT, Plan
from benchmarks.references import COUNT, ONE_OBJECT, ONE_PAGE, sqlite_commit, sqlite_query
from benchmarks.requests import CONTENT, Api, step
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


def seeded_account(holdall: Holdall, name: str, count: int) -> Seeded:
    account = holdall.create_account(name)
    ids = json.loads(holdall.run(sys.executable, "-m", "benchmarks.seed", account.id, str(count)))
    return Seeded(Api(holdall.address, account), count, ids["middle"], ids["some"])


class ApiPaths:
    def __init__(self, holdall: Holdall, hello: Address, plan: Plan) -> None:
        self.holdall = holdall
        self.plan = plan
        self.hello: Reference = partial(hello_rate, hello, plan.reference_seconds)
        self.commit = sqlite_commit(holdall.data_dir.parent, seconds=plan.reference_seconds)

    def rows(self) -> Iterator[Row]:
        """Pages first: what they list must not grow meanwhile."""
        small = seeded_account(self.holdall, "a small account", SMALL_ACCOUNT)
        large = seeded_account(self.holdall, "a large account", self.plan.objects)
        yield from self.pages(small)
        yield from self.pages(large)
        yield from self.reads(large)
        yield from self.changes(Api(self.holdall.address, self.holdall.create_account("a busy account")), large)

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
        yield self.compare("round trip of 1 KB", busy.round_trip(CONTENT), commit)

    def query(self, statement: str, parameter: str) -> Reference:
        return sqlite_query(self.holdall.database, statement, parameter, seconds=self.plan.reference_seconds)

    def compare(
        self, operation: str, of: Step, references: dict[str, Reference], *, concurrency: int = CONCURRENCY
    ) -> Row:
        drive(self.holdall.address, of, concurrency=concurrency, seconds=self.plan.seconds / 5)  # warms up
        measure = driven(self.holdall.server, of, concurrency=concurrency, seconds=self.plan.seconds)
        return compare(operation, measure, references, rounds=self.plan.rounds)


def hello_rate(address: Address, seconds: float, *, concurrency: int = CONCURRENCY) -> float:
    return drive(address, step(message("GET", "/", host=address)), concurrency=concurrency, seconds=seconds).rate
