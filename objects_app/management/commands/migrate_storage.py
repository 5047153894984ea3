"""`manage.py migrate_storage --to s3|disk`: completed objects go where new ones go, while everything serves."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from objects_app import first_start
from objects_app.lifecycle.exclusion import only_one
from objects_app.lifecycle.moves import Mover, Remaining, remaining_in
from objects_app.management import arguments
from objects_app.management.base import OperatorCommand
from objects_app.management.progress import end_line, progress_on
from objects_app.models import StoredObject
from objects_app.progress import Progress, in_words
from objects_app.storage import get_storage, other_storage

AGAIN = "Run the same command again to go on."
STOPPED = 130


class Command(OperatorCommand):
    help = "Move completed objects from disk to the bucket, or back, while the server runs; repeat it to go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, choices=("s3", "disk"), help="what OBJECT_STORAGE names already")
        parser.add_argument("--limit", type=arguments.count, metavar="N", help="at most so many objects")
        parser.add_argument("--parallel", type=arguments.count, default=4, metavar="N", help="so many at once; 4")
        parser.add_argument("--dry-run", action="store_true", help="only tell how much would be moved")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_wrong_settings(options["to"])
        is_in_bucket = options["to"] == "disk"
        if options["dry_run"]:
            remaining = remaining_in(bucket=is_in_bucket, limit=options["limit"])
            self.stdout.write(f"{amount(remaining)} would be moved.")
            self.tell(remaining)
            return
        with only_one("migrate_storage") as is_ours:
            if not is_ours:
                raise CommandError("Another migrate_storage is at work.")
            first_start.prepare_storage()
            self.carry_out(is_in_bucket, options["parallel"], options["limit"])

    def carry_out(self, is_in_bucket: bool, parallel: int, limit: int | None) -> None:
        progress = progress_on(self.stdout, what="Objects")
        mover = Mover(get_storage(), progress, self.complain, parallel)
        progress.begin(remaining_in(bucket=is_in_bucket, limit=limit).movable)
        with stopped_by_signals(mover):
            mover.move(limit=limit)
        end_line(self.stdout)
        remaining = remaining_in(bucket=is_in_bucket)
        self.sum_up(mover, progress, remaining)
        refuse_to_call_it_done(mover, remaining)

    def complain(self, stored_object: StoredObject, reason: str) -> None:
        end_line(self.stdout)
        self.stderr.write(f"{stored_object.pk}: {reason} {stored_object.name}")

    def sum_up(self, mover: Mover, progress: Progress, remaining: Remaining) -> None:
        each = f"{mover.moved / progress.seconds:.1f} objects/s, {progress.rate()}"
        self.stdout.write(
            f"{mover.moved} objects with {in_words(mover.bytes)} moved in {progress.seconds:.1f} s ({each})."
        )
        if remaining.movable.blobs:
            self.stdout.write(f"{amount(remaining)} are left.")
        self.tell(remaining)

    def tell(self, remaining: Remaining) -> None:
        if remaining.waiting:
            self.stdout.write(f"{remaining.waiting} objects were completed or moved just now: a later run moves them.")
        if remaining.uploads:
            self.stdout.write(f"{remaining.uploads} uploads complete where they began: a later run moves them.")
        if remaining.kept:
            self.stdout.write(
                f"{remaining.kept} moved objects keep their earlier bytes until nobody can be reading them."
            )


def refuse_wrong_settings(target: str) -> None:
    if target != settings.OBJECT_STORAGE:
        raise CommandError(
            f"OBJECT_STORAGE is {settings.OBJECT_STORAGE}, so new objects would not go there: "
            f"set it to {target}, restart every process, then run this again."
        )
    if other_storage() is None:
        raise CommandError("S3_BUCKET is not set, so no bucket is known to move objects from.")


def amount(remaining: Remaining) -> str:
    return f"{remaining.movable.blobs} objects with {in_words(remaining.movable.bytes)}"


@contextmanager
def stopped_by_signals(mover: Mover) -> Iterator[None]:
    """The first one lets running objects come to their end; the second one leaves them, too."""

    def stop(*_: Any) -> None:
        if mover.stopping.is_set():
            mover.aborting.set()
        mover.stopping.set()

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def refuse_to_call_it_done(mover: Mover, remaining: Remaining) -> None:
    if mover.failure:
        raise CommandError(f"{mover.failure.message} {AGAIN}") from mover.failure
    if mover.stopping.is_set():
        raise CommandError(f"Stopped with {remaining.movable.blobs} objects left. {AGAIN}", returncode=STOPPED)
    if mover.damaged or mover.failed:
        raise CommandError(f"{mover.damaged} objects are damaged, and {mover.failed} could not be moved.")
