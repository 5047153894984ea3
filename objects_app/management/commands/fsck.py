"""`manage.py fsck`: are the bytes of every object there, of the right length, and with the right SHA-256?"""

import time
from itertools import islice
from typing import Any

from django.core.management.base import CommandError, CommandParser

from objects_app.lifecycle import verification
from objects_app.lifecycle.objects import walk
from objects_app.management.base import OperatorCommand
from objects_app.management.sweeping import NO_AGE, add_bounds, moment_before
from objects_app.models import StoredObject
from objects_app.operations.verification import is_as_it_was, wrong_digest, wrong_length

TOLD_EVERY_SECONDS = 10


class Command(OperatorCommand):
    help = "Verify the stored bytes of every object. Damaged objects become ERROR, and the exit code is 1."

    def add_arguments(self, parser: CommandParser) -> None:
        add_bounds(parser)
        parser.add_argument("--lengths-only", action="store_true", help="do not read the bytes")
        parser.add_argument("--dry-run", action="store_true", help="only report, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = verification.objects_with_bytes(before=moment_before(options, age=NO_AGE))
        count = size = damaged = 0
        tell_at = time.monotonic() + TOLD_EVERY_SECONDS
        for stored_object in islice(walk(rows), options["limit"]):
            finding = self.examine(stored_object, **{name: options[name] for name in ("lengths_only", "dry_run")})
            count, size = count + 1, size + (stored_object.size_bytes or stored_object.staged_size or 0)
            if finding:
                damaged += 1
                self.stdout.write(f"{finding} {stored_object.name}")
            if time.monotonic() >= tell_at:
                tell_at = time.monotonic() + TOLD_EVERY_SECONDS
                self.stderr.write(f"{count} objects with {size} bytes so far, {damaged} damaged")
        if damaged:
            raise CommandError(f"{damaged} of {count} objects are damaged.")
        self.stdout.write(f"{count} objects with {size} bytes are sound.")

    def examine(self, stored_object: StoredObject, *, lengths_only: bool, dry_run: bool) -> str:
        if dry_run:
            find = wrong_length if lengths_only else wrong_digest
            reason = find(stored_object)
            return f"{stored_object.pk}: {reason}" if reason and is_as_it_was(stored_object) else ""
        verify = verification.verify_length if lengths_only else verification.verify_digest
        return verify(stored_object)
