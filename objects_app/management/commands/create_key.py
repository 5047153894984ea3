"""`manage.py create_key ACCOUNT_ID --name NAME`: one more key for an account."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from objects_app import access, clock
from objects_app.management import arguments
from objects_app.management.base import NewKeyCommand
from objects_app.models import Account
from objects_app.operations.keys import SCOPES, create_key


class Command(NewKeyCommand):
    help = "Create an API key for an account and print it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account_id")
        parser.add_argument("--name", type=arguments.name, required=True)
        parser.add_argument("--scopes", type=arguments.scopes, default=SCOPES, help=f"default: {','.join(SCOPES)}")
        parser.add_argument(
            "--expires-in", type=arguments.lifetime, metavar="DURATION", help="such as 30d; default: never"
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(pk=options["account_id"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['account_id']}.")
        lifetime = options["expires_in"]
        key, secret = create_key(
            account,
            name=options["name"],
            scopes=options["scopes"],
            expires_at=clock.after(lifetime) if lifetime else None,
            actor=access.operator_actor("create_key"),
        )
        self.show(key, secret, as_json=options["json"])
