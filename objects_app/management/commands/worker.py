"""`manage.py worker`: carries out the jobs, as one of several processes or machines."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from objects_app.management import arguments
from objects_app.management.starting import ProgramCommand
from objects_app.supervisor import QUIET, celery_program


class Command(ProgramCommand):
    help = "Carry out the jobs that `beat` and the web servers send."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=arguments.count, default=2, help="jobs at the same time (2)")

    def program(self, **options: Any) -> Sequence[str]:
        return celery_program("worker", "--pool", "prefork", "--concurrency", str(options["concurrency"]), *QUIET)
