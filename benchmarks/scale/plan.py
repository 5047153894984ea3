"""How much is measured: the whole, or a quick look."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plan import CONCURRENCY, RESULTS

CONCURRENCIES = (1, CONCURRENCY, 64)
OBJECTS = (10_000, 100_000, 1_000_000)
WARM_UP = 0.2  # of a round
FASTEST_DELETES = 3_000  # in a second, on machines that we know


@dataclass(frozen=True)
class Plan:
    objects: tuple[int, ...]
    concurrencies: tuple[int, ...]
    rounds: int
    seconds: float
    transfer_mib: int
    stale_uploads: int
    json_file: Path
    graphs: Path | None

    @property
    def doomed(self) -> int:
        """How many objects there have to be for every round of deletions."""
        return int(FASTEST_DELETES * len(self.concurrencies) * self.seconds * (self.rounds + WARM_UP))


def read_plan(arguments: list[str]) -> Plan:
    options = _parser().parse_args(arguments)
    quick: bool = options.quick
    return Plan(
        objects=tuple(sorted(set(options.objects or (OBJECTS[:1] if quick else OBJECTS)))),
        concurrencies=CONCURRENCIES[:2] if quick else CONCURRENCIES,
        rounds=2 if quick else 3,
        seconds=0.35 if quick else 2.0,
        transfer_mib=128 if quick else 1024,
        stale_uploads=3_000 if quick else 15_000,
        json_file=options.json,
        graphs=options.graphs,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale",
        description="Measure Holdall on PostgreSQL as several processes beside small references on the same server. "
        "DATABASE_URL names an empty database, whose owner may create another one; without it a server is started.",
    )
    parser.add_argument("--objects", type=int, nargs="+", metavar="N", help="sizes of accounts (10000 100000 1000000)")
    parser.add_argument("--quick", action="store_true", help="a look of two or three minutes at 10000 objects")
    default = RESULTS / "scale.json"
    parser.add_argument("--json", type=Path, metavar="FILE", default=default, help="where the figures go as JSON")
    parser.add_argument("--graphs", type=Path, metavar="FOLDER", help="also draw graphs as SVG files into this folder")
    return parser
