"""What operators' commands share: a prepared database, refusals in one sentence, and how a new key is shown."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from objects_app.checks import OF_SETTINGS
from objects_app.data_folder import restore_mark
from objects_app.errors import ObjectsError
from objects_app.models import ApiKey


class OperatorCommand(BaseCommand):
    requires_system_checks = OF_SETTINGS

    def execute(self, *args: Any, **options: Any) -> str | None:
        if restore_mark().exists():
            raise CommandError("The data is half restored: run `manage.py restore` with the same backup to its end.")
        refuse_unprepared_database()
        try:
            return super().execute(*args, **options)
        except ObjectsError as error:
            raise CommandError(error.message) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {' '.join(str(error).split())}") from error


class NewKeyCommand(OperatorCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def show(self, key: ApiKey, secret: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"account_id": key.account_id, "key_id": key.pk, "key": secret}))
            return
        self.stdout.write(f"Account    {key.account_id}\nKey        {key.pk}\nAPI key    {secret}")
        self.stdout.write("The API key is shown this once.")


def refuse_unprepared_database() -> None:
    if missing_migrations():
        raise CommandError("The database is not prepared: run `manage.py setup` or `manage.py serve` first.")


def missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
