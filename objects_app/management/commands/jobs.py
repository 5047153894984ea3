"""`manage.py jobs`: what the periodic jobs did, in total and in their newest runs."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from objects_app.lifecycle.jobs import JOBS
from objects_app.management import arguments
from objects_app.management.base import OperatorCommand
from objects_app.models import Job, JobRun

RUN = ("job", "started_at", "ended_at", "rows", "bytes", "started_by", "error")
TOTALS_LINE = "{:<21} {:>9} {:>9} {:>12} {:>16}  {:<19}"
RUN_LINE = "{:<21} {:<19} {:<19} {:>9} {:>14}  {:<28} {}"


class Command(OperatorCommand):
    help = "Show each job's totals and the newest runs. A run without an end goes on just now, or was killed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--job", choices=sorted(JOBS), metavar="JOB", help=", ".join(JOBS))
        parser.add_argument("--failed", action="store_true", help="only runs that found or met trouble")
        parser.add_argument(
            "--limit", type=arguments.count, default=20, metavar="N", help="so many runs, 20 by default"
        )
        parser.add_argument("--json", action="store_true", help="the runs alone, one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        runs = self.newest_runs(options["job"], failed=options["failed"])[: options["limit"]]
        if options["json"]:
            for run in runs.values(*RUN):
                self.stdout.write(json.dumps(run, default=datetime.isoformat))
            return
        self.show_totals([options["job"]] if options["job"] else list(JOBS))
        self.show_runs(runs)

    def newest_runs(self, job: str | None, *, failed: bool) -> QuerySet[JobRun]:
        runs = JobRun.objects.order_by("-started_at", "-id")
        runs = runs.filter(job=job) if job else runs
        return runs.exclude(error="") if failed else runs

    def show_totals(self, names: list[str]) -> None:
        self.stdout.write(TOTALS_LINE.format("JOB", "RUNS", "FAILED", "ROWS", "BYTES", "LAST SUCCESS (UTC)"))
        known = Job.objects.in_bulk(names)
        for name in names:
            job = known.get(name, Job(name=name))
            last = shown(job.last_succeeded_at)
            self.stdout.write(TOTALS_LINE.format(name, job.runs, job.failures, job.rows, job.bytes, last))

    def show_runs(self, runs: QuerySet[JobRun]) -> None:
        self.stdout.write(
            "\n" + RUN_LINE.format("JOB", "STARTED (UTC)", "ENDED", "ROWS", "BYTES", "BY", "TROUBLE").rstrip()
        )
        for run in runs:
            times = shown(run.started_at), shown(run.ended_at)
            line = RUN_LINE.format(run.job, *times, run.rows, run.bytes, run.started_by, " ".join(run.error.split()))
            self.stdout.write(line.rstrip())


def shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "-"
