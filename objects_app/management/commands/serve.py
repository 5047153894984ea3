"""`manage.py serve`: everything that an installation needs, in one command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from objects_app import data_folder
from objects_app.data_folder import DataInUse
from objects_app.errors import ObjectsError
from objects_app.first_start import prepare
from objects_app.listening import split_address, try_to_bind
from objects_app.operations.openings import Credentials
from objects_app.supervisor import Supervisor, web_server, worker


class Command(BaseCommand):
    help = "Create what is missing, then run the web server and the worker until Ctrl-C."
    requires_system_checks: list[str] = []  # noqa: RUF012  handle() runs them and refuses in one sentence

    def add_arguments(self, parser: CommandParser) -> None:
        # manage.py turns both into settings before the settings are read.
        parser.add_argument("--address", metavar="HOST:PORT", help="where to listen (ADDRESS, 127.0.0.1:8000)")
        parser.add_argument("--data-dir", metavar="FOLDER", help="where everything is kept (DATA_DIR, ./data)")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        self.refuse_bad_settings()
        host, port = split_address(settings.ADDRESS)
        with only_one_server_on_this_data():
            refuse_taken_address(host, port)
            self.show(self.prepare())
            leave_database()
            Supervisor([web_server(host, port), worker()]).run()

    def prepare(self) -> Credentials | None:
        try:
            return prepare()
        except ObjectsError as error:
            raise CommandError(error.message) from error

    def refuse_bad_settings(self) -> None:
        messages = run_checks()
        refusals = [f"{message.msg} {message.hint or ''}".strip() for message in messages if message.is_serious()]
        if refusals:
            raise CommandError(" ".join(refusals))
        for message in messages:
            self.stderr.write(f"Warning: {message.msg}")

    def show(self, credentials: Credentials | None) -> None:
        self.stdout.write(self.style.SUCCESS("\nHoldall is starting.\n"))
        if credentials:
            self.stdout.write("  Shown this once, and kept nowhere in clear:")
            self.table({"E-mail": credentials.email, "Password": credentials.password, "API key": credentials.key})
        base = settings.PUBLIC_BASE_URL
        self.table({"Pages": f"{base}/", "Admin": f"{base}/admin/", "API": f"{base}/v1", "Docs": f"{base}/docs/"})
        self.table({"Data": str(settings.DATA_DIR)})
        self.stdout.flush()

    def table(self, rows: dict[str, str]) -> None:
        self.stdout.write("".join(f"  {name:<10} {value}\n" for name, value in rows.items()))


@contextmanager
def only_one_server_on_this_data() -> Iterator[None]:
    try:
        with data_folder.held():
            if data_folder.restore_mark().exists():
                raise CommandError(f"The data in {settings.DATA_DIR} is half restored: run the same restore again.")
            yield
    except DataInUse:
        raise CommandError(f"Another serve or restore is running on the data in {settings.DATA_DIR}.") from None


def leave_database() -> None:
    """The supervisor runs for months and asks it nothing."""
    for connection in connections.all():
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL


def refuse_taken_address(host: str, port: int) -> None:
    try:
        try_to_bind(host, port)
    except OSError as error:
        raise CommandError(f"Cannot listen on {settings.ADDRESS}: {error.strerror or error}.") from None
