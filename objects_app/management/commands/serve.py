"""`manage.py serve`: everything that an installation needs, in one command."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from objects_app import data_folder, supervisor
from objects_app.listening import split_address
from objects_app.management.starting import (
    StartingCommand,
    become,
    refuse_taken_address,
    take_data_folder,
)
from objects_app.operations.openings import Credentials


class Command(StartingCommand):
    help = "Create what is missing, then run the web server and the worker until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        # manage.py turns both into settings before the settings are read.
        parser.add_argument("--address", metavar="HOST:PORT", help="where to listen (ADDRESS, 127.0.0.1:8000)")
        parser.add_argument("--data-dir", metavar="FOLDER", help="where everything is kept (DATA_DIR, ./data)")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        self.refuse_bad_settings()
        host, port = split_address(settings.ADDRESS)
        take_data_folder(data_folder.hold, beside="Another serve or restore")
        refuse_taken_address(host, port)
        self.show(self.prepare(command="serve"))
        become(["config.supervision", host, str(port), str(supervisor.LONGEST_PAUSE)])

    def show(self, credentials: Credentials | None) -> None:
        self.stdout.write(self.style.SUCCESS("\nHoldall is starting.\n"))
        if credentials:
            self.show_once(credentials)
        base = settings.PUBLIC_BASE_URL
        self.table({"Pages": f"{base}/", "Admin": f"{base}/admin/", "API": f"{base}/v1", "Docs": f"{base}/docs/"})
        self.table({"Data": str(settings.DATA_DIR)})
        self.stdout.flush()
