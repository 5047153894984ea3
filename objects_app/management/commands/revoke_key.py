"""`manage.py revoke_key KEY_ID`: the key is dead at the next request."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from objects_app import access
from objects_app.management.base import OperatorCommand
from objects_app.models import ApiKey
from objects_app.operations.keys import revoke_key


class Command(OperatorCommand):
    help = "Revoke an API key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key_id", help="key_…, as create_key printed it; never the key itself")

    def handle(self, *args: Any, **options: Any) -> None:
        key = ApiKey.objects.filter(pk=options["key_id"]).first()
        if key is None:
            # The argument is not repeated: it may be the key itself, pasted by mistake.
            raise CommandError("There is no key with this id; ids begin with key_.")
        revoked = revoke_key(key, actor=access.operator_actor("revoke_key"))
        self.stdout.write(f"{key} is revoked." if revoked else f"{key} was revoked before.")
