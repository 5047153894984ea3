"""`manage.py web`: the web server alone, as one of several processes or machines."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from objects_app.listening import split_address
from objects_app.management import arguments
from objects_app.management.starting import ProgramCommand, refuse_taken_address
from objects_app.supervisor import web_program


class Command(ProgramCommand):
    help = "Run the web server alone; `worker` and `beat` run the rest, `setup` comes before all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        # manage.py turns the address into a setting before the settings are read.
        parser.add_argument("--address", metavar="HOST:PORT", help="where to listen (ADDRESS, 127.0.0.1:8000)")
        parser.add_argument("--workers", type=arguments.count, default=1, help="processes that answer (1)")

    def program(self, **options: Any) -> Sequence[str]:
        host, port = split_address(settings.ADDRESS)
        refuse_taken_address(host, port)
        return [*web_program(host, port, workers=options["workers"]), "--respawn-failed-workers"]
