"""`manage.py sweep [JOB ...]`: at once what the schedule would do in time."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from objects_app import clock
from objects_app.errors import ObjectsError
from objects_app.lifecycle import runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.management.base import OperatorCommand
from objects_app.management.sweeping import LONGEST_RUN


class Command(OperatorCommand):
    help = "Do at once what the schedule would do in time. The commands of single sweeps take ages and limits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("jobs", nargs="*", choices=[*JOBS, []], metavar="JOB", help=", ".join(JOBS))

    def handle(self, *args: Any, **options: Any) -> None:
        trouble = [line for job in options["jobs"] or JOBS for line in self.carry_out(job)]
        if trouble:
            raise CommandError("\n".join(trouble))

    def carry_out(self, job: str) -> tuple[str, ...]:
        """Trouble with one job is told at the end and keeps no other from running."""
        sweep = JOBS[job]
        try:
            swept = runs.run(sweep, before=clock.ago(sweep.age()), started_by="command:sweep", longest=LONGEST_RUN)
        except (ObjectsError, DatabaseError) as error:
            return (f"{job}: {error}",)
        self.stdout.write(f"{job}: {swept.rows} with {swept.bytes} bytes done.")
        return swept.trouble
