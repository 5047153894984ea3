"""Starts Holdall on a fresh folder, measures it and the machine in turns, prints a table and cleans up."""

import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

from benchmarks import processes, servers
from benchmarks.api_paths import ApiPaths, hello_rate
from benchmarks.plan import RESULTS, Plan, read_plan
from benchmarks.report import Report
from benchmarks.transfers import Transfers


def main() -> None:
    plan = read_plan(sys.argv[1:])
    signal.signal(signal.SIGTERM, end)
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:  # on the disk that the checkout is on
        report = measure(Path(folder), plan)
    print(report.markdown())
    plan.json_file.write_text(report.json())


def measure(folder: Path, plan: Plan) -> Report:
    report = Report()
    with servers.holdall(folder) as server, servers.hello(folder) as hello:
        report.client_per_second = hello_rate(hello, plan.seconds)
        api_paths = ApiPaths(server, hello, plan)
        report.rest_mib = processes.proportional_mib(server.process)
        report.calls += api_paths.rows()
        report.bodies += Transfers(server, plan).rows()
    return report


def end(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Leave through every `finally`, so that no server stays behind."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    main()
