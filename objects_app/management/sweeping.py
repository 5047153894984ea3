"""What the commands of all sweeps share: which age, how much, and what would go."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from objects_app import clock
from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import Moment, Sweep
from objects_app.management import arguments
from objects_app.management.base import OperatorCommand

LONGEST_RUN = timedelta(days=1)
NO_AGE = timedelta(0)


def add_bounds(parser: ArgumentParser) -> None:
    age = parser.add_mutually_exclusive_group()
    age.add_argument("--older-than", type=arguments.age, metavar="AGE", help="such as 90s, 15m, 24h, 7d, or 0 for all")
    age.add_argument("--before", type=arguments.moment, metavar="TIME", help="such as 2026-11-25T08:00, in UTC")
    parser.add_argument("--limit", type=arguments.count, metavar="N", help="at most so many")


def moment_before(options: dict[str, Any], *, age: timedelta) -> Moment:
    """The moment that the options name; the age counts where they name none."""
    if options["before"] is not None:
        moment: datetime = options["before"]
        return moment
    return clock.ago(age if options["older_than"] is None else options["older_than"])


class SweepCommand(OperatorCommand):
    """One sweep by hand, in batches, until nothing is left."""

    job: ClassVar[str]

    @property
    def sweep(self) -> Sweep:
        return JOBS[self.job]

    def add_arguments(self, parser: CommandParser) -> None:
        add_bounds(parser)
        parser.add_argument("--dry-run", action="store_true", help="only print what would go: id, bytes, name")

    def handle(self, *_args: Any, **options: Any) -> None:
        before = moment_before(options, age=self.sweep.age())
        if options["dry_run"]:
            self.list_found(before, options["limit"])
        else:
            self.carry_out(before, options["limit"])

    def list_found(self, before: Moment, limit: int | None) -> None:
        rows = size = 0
        for found in islice(self.sweep.find(before), limit):
            self.stdout.write(f"{found.id}  {found.size:>12}  {found.name}")
            rows, size = rows + 1, size + found.size
        self.stdout.write(f"{self.job}: {rows} with {size} bytes would go.")

    def carry_out(self, before: Moment, limit: int | None) -> None:
        swept = runs.run(self.sweep, before=before, started_by=f"command:{self.job}", longest=LONGEST_RUN, limit=limit)
        self.stdout.write(f"{self.job}: {swept.rows} with {swept.bytes} bytes done.")
        if swept.trouble:
            raise CommandError("\n".join(swept.trouble))
