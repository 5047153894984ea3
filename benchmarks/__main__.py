"""Starts Holdall on a fresh folder, measures it and the machine in turns, prints a table and cleans up."""

import sys
import tempfile
from pathlib import Path

from benchmarks import processes, servers
from benchmarks.api_paths import ApiPaths, hello_rate
from benchmarks.plan import RESULTS, Plan, read_plan
from benchmarks.report import Report
from benchmarks.transfers import Transfers


def main() -> None:
    plan = read_plan(sys.argv[1:])
    servers.stop_when_terminated()
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:  # on the disk that the checkout is on
        report = measure(Path(folder), plan)
    print(report.markdown())
    plan.json_file.write_text(report.json())


def measure(folder: Path, plan: Plan) -> Report:
    report = Report()
    with servers.holdall(folder) as holdall, servers.hello(folder) as hello:
        report.client_per_second = hello_rate(hello, plan.seconds)
        api_paths = ApiPaths(holdall, hello, plan)
        report.rest_mib = processes.proportional_mib(*holdall.server.processes)
        report.calls += api_paths.rows()
        report.bodies += Transfers(holdall, plan).rows()
    return report


if __name__ == "__main__":
    main()
