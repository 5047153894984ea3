"""The calls of the API, at several sizes of an account and numbers of connections, beside those of the references."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.load import Step
from benchmarks.meters import Server
from benchmarks.plan import CONCURRENCY
from benchmarks.requests import CONTENT, Api
from benchmarks.scale.cells import HOLDALL, Cell, Load
from benchmarks.scale.seed import Seeded

GET = "get"
FIRST, FIRST_WITH_TOTAL = "first page", "first page with total"
DEEP, DEEP_WITH_TOTAL = "deep page", "deep page with total"
SIGN = "sign a download"
CREATE = "create"
STORE = "create, PUT 1 KB, complete"
DELETE = "delete"
REFERENCES = ("drf", "dj", "fast")
Call = Callable[[Api, Seeded], Step]
TURNS: list[dict[str, Call]] = [
    {GET: lambda api, seeded: api.retrieve(seeded.some)},
    {
        FIRST: lambda api, _: api.page(counted=False),
        DEEP: lambda api, seeded: api.page(after=seeded.middle, counted=False),
        FIRST_WITH_TOTAL: lambda api, _: api.page(counted=True),
        DEEP_WITH_TOTAL: lambda api, seeded: api.page(after=seeded.middle, counted=True),
    },
    {SIGN: lambda api, seeded: api.download_url(seeded.some)},
    {CREATE: lambda api, _: api.create()},
]
OURS_ALONE = {FIRST_WITH_TOTAL, DEEP_WITH_TOTAL}


@dataclass(frozen=True)
class System:
    """`objects` is where an account's objects are."""

    name: str
    server: Server
    objects: str

    def api(self, seeded: Seeded) -> Api:
        return Api(self.server.address, seeded.account, self.objects.format(account=seeded.account.id))


def systems(holdall: Server, reference: Server) -> list[System]:
    """Of the references only `drf` knows an account by its key."""
    plain = [System(name, reference, f"/{name}/{{account}}/objects") for name in ("dj", "fast")]
    return [System(HOLDALL, holdall, "/v1/objects"), System("drf", reference, "/drf/objects"), *plain]


def loads(
    among: list[System], accounts: list[Seeded], doomed: Seeded, concurrencies: tuple[int, ...]
) -> Iterator[list[Load]]:
    """What is to be measured in turns. Pages come before what makes accounts grow."""
    for calls in TURNS:
        yield _all(calls, among, accounts, CONCURRENCY)
        for concurrency in set(concurrencies) - {CONCURRENCY}:
            yield _all(calls, among, accounts[-1:], concurrency)
    deletions = {system.name: _deletions(system, doomed) for system in among}
    for concurrency in concurrencies:
        yield [_load(STORE, _store(system, doomed), system, concurrency) for system in among]
        yield [_load(DELETE, deletions[system.name], system, concurrency) for system in among]


def _all(calls: dict[str, Call], among: list[System], accounts: list[Seeded], concurrency: int) -> list[Load]:
    return [
        _load(name, call(system.api(seeded), seeded), system, concurrency, seeded.count)
        for system in among
        for seeded in accounts
        for name, call in calls.items()
        if system.name == HOLDALL or name not in OURS_ALONE
    ]


def _load(workload: str, step: Step, system: System, concurrency: int, objects: int | None = None) -> Load:
    return Load(Cell(workload, system.name, concurrency, objects), system.server, step)


def _store(system: System, seeded: Seeded) -> Step:
    """References take no content."""
    api = system.api(seeded)
    return api.store(CONTENT) if system.name == HOLDALL else api.create_and_complete()


def _deletions(system: System, doomed: Seeded) -> Step:
    """Each reference deletes a part of its own of the table that they share."""
    part = REFERENCES.index(system.name) if system.name in REFERENCES else 0
    return system.api(doomed).delete_each(doomed.ids(part))
