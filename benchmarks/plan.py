"""How much is measured: the whole, or a quick look."""

import argparse
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
SMALL_ACCOUNT = 1000
CONCURRENCY = 16


@dataclass(frozen=True)
class Plan:
    objects: int
    rounds: int
    seconds: float
    transfer_mib: int
    transfer_rounds: int
    huge: bool
    json_file: Path

    @property
    def reference_seconds(self) -> float:
        return self.seconds / 2


def read_plan(arguments: list[str]) -> Plan:
    options = _parser().parse_args(arguments)
    quick: bool = options.quick
    return Plan(
        objects=options.objects or (10_000 if quick else 100_000),
        rounds=2 if quick else 3,
        seconds=0.5 if quick else 1.5,
        transfer_mib=128 if quick else 1024,
        transfer_rounds=2 if quick else 5,
        huge=options.huge,
        json_file=options.json,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure Holdall and, in the same run, the limits of this machine."
    )
    parser.add_argument("--objects", type=int, help="how many objects the large account holds (default 100000)")
    parser.add_argument("--quick", action="store_true", help="a look of less than a minute, with less of everything")
    parser.add_argument("--huge", action="store_true", help="also 5 GiB up and down; takes 12 GiB of disk")
    default = RESULTS / "latest.json"
    parser.add_argument("--json", type=Path, metavar="FILE", default=default, help="where the figures go as JSON")
    return parser
