"""`manage.py create_account NAME`: an account with its first key."""

from typing import Any

from django.core.management.base import CommandParser

from objects_app import access
from objects_app.management import arguments
from objects_app.management.base import NewKeyCommand
from objects_app.operations.openings import open_account


class Command(NewKeyCommand):
    help = "Create an account and print its first API key, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", type=arguments.name)
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        key, secret = open_account(options["name"], actor=access.operator_actor("create_account"))
        self.show(key, secret, as_json=options["json"])
