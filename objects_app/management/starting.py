"""What the commands share that start servers: settings are checked first, and each refusal is one sentence."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from django.conf import settings
from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from objects_app import data_folder
from objects_app.checks import OF_SETTINGS
from objects_app.data_folder import DataInUse
from objects_app.errors import ObjectsError
from objects_app.first_start import make_folders, prepare
from objects_app.listening import try_to_bind
from objects_app.management.base import refuse_unprepared_database
from objects_app.operations.openings import Credentials


class StartingCommand(BaseCommand):
    requires_system_checks: list[str] = []  # noqa: RUF012  handle() runs them and refuses in one sentence

    def refuse_bad_settings(self) -> None:
        messages = run_checks(tags=OF_SETTINGS)
        refusals = [f"{message.msg} {message.hint or ''}".strip() for message in messages if message.is_serious()]
        if refusals:
            raise CommandError(" ".join(refusals))
        for message in messages:
            self.stderr.write(f"Warning: {message.msg}")

    def prepare(self, *, command: str) -> Credentials | None:
        try:
            return prepare(command=command)
        except ObjectsError as error:
            raise CommandError(error.message) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {' '.join(str(error).split())}") from error

    def show_once(self, credentials: Credentials) -> None:
        self.stdout.write("  Shown this once, and kept nowhere in clear:")
        self.table({"E-mail": credentials.email, "Password": credentials.password, "API key": credentials.key})

    def table(self, rows: dict[str, str]) -> None:
        self.stdout.write("".join(f"  {name:<10} {value}\n" for name, value in rows.items()))


class ProgramCommand(StartingCommand):
    """Becomes another program (exec), so that whoever started this one looks after that one and no one between."""

    def handle(self, *_args: Any, **options: Any) -> None:
        os.umask(0o077)
        self.refuse_bad_settings()
        take_data_folder(data_folder.share, beside="A serve or restore")
        make_folders()
        try:
            refuse_unprepared_database()
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {' '.join(str(error).split())}") from error
        become(self.program(**options))

    def program(self, **options: Any) -> Sequence[str]:
        """The module to run and its arguments."""
        raise NotImplementedError


def take_data_folder(take: Callable[[], None], *, beside: str) -> None:
    """`beside` is who may be there already."""
    try:
        take()
    except DataInUse:
        raise CommandError(f"{beside} is running on the data in {settings.DATA_DIR}.") from None
    refuse_half_restored_data()


def refuse_half_restored_data() -> None:
    if data_folder.restore_mark().exists():
        raise CommandError(f"The data in {settings.DATA_DIR} is half restored: run the same restore again.")


def refuse_taken_address(host: str, port: int) -> None:
    try:
        try_to_bind(host, port)
    except OSError as error:
        raise CommandError(f"Cannot listen on {settings.ADDRESS}: {error.strerror or error}.") from None


def become(program: Sequence[str]) -> NoReturn:
    leave_database()
    sys.stdout.flush()
    os.chdir(settings.BASE_DIR)
    os.execve(sys.executable, [sys.executable, "-m", *program], inherited_environment())  # noqa: S606  our own programs, no shell


def inherited_environment() -> dict[str, str]:
    """Paths as this process understands them, for programs that run in another folder."""
    return os.environ | {"DATA_DIR": str(settings.DATA_DIR), "LOG_FILE": settings.LOG_FILE}


def leave_database() -> None:
    """Whoever goes on from here asks it nothing."""
    for connection in connections.all():
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL
