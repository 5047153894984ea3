"""Starts Holdall on PostgreSQL beside its references, measures all of them in turns and prints what that came to."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks import processes, servers
from benchmarks.api_paths import hello_rate
from benchmarks.plan import RESULTS
from benchmarks.scale import bodies, calls, fronts, pictures
from benchmarks.scale.cleanup import Cleanup
from benchmarks.scale.installation import Installation, installation
from benchmarks.scale.limits import limits
from benchmarks.scale.plan import Plan, read_plan
from benchmarks.scale.report import Report
from benchmarks.scale.seed import Seeded, seed_holdall, seed_reference, settle, write_blobs


def main() -> None:
    plan = read_plan(sys.argv[1:])
    servers.stop_when_terminated()
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder, installation(Path(folder)) as installed:
        report = Run(installed, plan).measure()
    print(report.markdown())
    plan.json_file.write_text(report.json())
    if plan.graphs:
        pictures.draw(report.results, plan.graphs)


class Run:
    def __init__(self, installed: Installation, plan: Plan) -> None:
        self.installed = installed
        self.plan = plan
        self.report = Report()
        self.holdall = installed.start()

    def measure(self) -> Report:
        """Bytes and cleanup first: what creates leave open, a pass would sweep as well."""
        accounts, doomed = self.seed()
        self.measure_at_rest()
        self.measure_bytes()
        cleanup = Cleanup(self.holdall, self.installed.url, accounts[-1], self.plan)
        self.report.results.take_turns(cleanup.measures(), rounds=self.plan.rounds)
        self.measure_calls(accounts, doomed)
        return self.report

    def measure_at_rest(self) -> None:
        """Nobody has asked Holdall for anything yet; the client meets what it alone can slow down."""
        self.report.results.rest_mib = processes.proportional_mib(*self.holdall.server.processes)
        with servers.hello(self.installed.folder) as hello:
            hello_rate(hello, self.plan.seconds)  # warms up
            for concurrency in self.plan.concurrencies:
                self.report.client[concurrency] = hello_rate(hello, self.plan.seconds, concurrency=concurrency)

    def seed(self) -> tuple[list[Seeded], Seeded]:
        """The accounts that are read, from the smallest on, and the one whose objects will be deleted."""
        sizes = self.plan.objects
        accounts = [Seeded(self.holdall.create_account(f"{size} objects"), f"{size:012}", size) for size in sizes]
        doomed = Seeded(self.holdall.create_account("objects to delete"), "doomed", self.plan.doomed)
        seed_holdall(self.installed.url, [*accounts, doomed])
        write_blobs(self.holdall.data_dir / "objects", doomed.ids())
        return accounts, doomed

    def measure_bytes(self) -> None:
        front = fronts.start(self.installed, self.holdall)
        for loads in bodies.small_loads(self.holdall, front, self.plan.concurrencies):
            self.report.results.measure(loads, self.plan)
        bodies.measure_large(self.holdall, front, self.report.results, self.plan)

    def measure_calls(self, accounts: list[Seeded], doomed: Seeded) -> None:
        """Each reference has as many objects to delete as Holdall."""
        reference, url = self.installed.start_reference()
        seed_reference(url, [*accounts, replace(doomed, count=doomed.count * len(calls.REFERENCES))])
        settle(self.installed.url)
        self.report.limits += limits(url, accounts[-1], self.installed.folder / "scratch", self.plan)
        systems = calls.systems(self.holdall.server, reference)
        for loads in calls.loads(systems, accounts, doomed, self.plan.concurrencies):
            self.report.results.measure(loads, self.plan)


if __name__ == "__main__":
    main()
