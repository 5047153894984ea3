"""`manage.py verify_audit`: is the audit trail what was sealed, and are the seals those that were written?"""

import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from objects_app.management import arguments
from objects_app.management.base import OperatorCommand
from objects_app.seals import anchors
from objects_app.seals.chain import Check, Finding, bounds, compare_with_anchor

TOLD_EVERY_SECONDS = 10


class Command(OperatorCommand):
    help = "Verify the audit trail against its seals and an anchor. The exit code is 1 where anything is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", type=arguments.moment, metavar="TIME", help="leave out seals of earlier events")
        parser.add_argument("--to", type=arguments.moment, metavar="TIME", help="leave out seals of later events")
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="in place of the file of the settings")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = bounds(options["from"], options["to"])
        check, began = Check(first, last), time.monotonic()
        check.tell = self.progress_of(check)
        found = 0
        for finding in chain(check.findings(), self.compared(options["anchor"])):
            found += 1
            self.stdout.write(str(finding))
        self.summarise(check, time.monotonic() - began)
        if found:
            raise CommandError(f"{found} things are wrong with the audit trail.")
        self.stdout.write("The audit trail is what was sealed.")

    def progress_of(self, check: Check) -> Callable[[], None]:
        told_at = time.monotonic()

        def tell() -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= TOLD_EVERY_SECONDS:
                told_at = time.monotonic()
                self.stderr.write(f"{check.events} events and {check.seals} seals so far")

        return tell

    def compared(self, given: Path | None) -> Iterator[Finding]:
        path = given or anchors.place()
        if path is None or not (given or path.exists()):
            self.stdout.write("There is no anchor to compare with: what was cut off at the end would not be noticed.")
            return
        try:
            yield from compare_with_anchor(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error

    def summarise(self, check: Check, seconds: float) -> None:
        rate = check.events / seconds if seconds else 0
        self.stdout.write(
            f"{check.events} events and {check.seals} seals in {seconds:.1f} s, {rate:.0f} events/s; "
            f"{check.removed} events were removed as too old; {check.unsealed()} are not sealed yet."
        )
        if check.foreign:
            self.stdout.write(f"{check.foreign} seals are signed with earlier keys; later seals vouch for them.")
