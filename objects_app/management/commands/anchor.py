"""`manage.py anchor`: the newest seal of the audit trail as one line, to be kept where this machine cannot reach."""

from typing import Any

from django.core.management.base import CommandError

from objects_app.lifecycle.sealing import newest_seal
from objects_app.management.base import OperatorCommand
from objects_app.seals import anchors


class Command(OperatorCommand):
    help = "Print the newest seal of the audit trail, for a place elsewhere; verify_audit --anchor FILE compares it."

    def handle(self, *args: Any, **options: Any) -> None:
        newest = newest_seal()
        if newest is None:
            raise CommandError("Nothing is sealed yet: run `manage.py seal_audit`.")
        self.stdout.write(str(anchors.anchor_of(newest)))
