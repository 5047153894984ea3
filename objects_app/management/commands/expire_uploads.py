"""`manage.py expire_uploads`: the sweep of stale uploads by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from objects_app import clock, lifecycle
from objects_app.lifecycle import Swept
from objects_app.management import arguments
from objects_app.management.base import OperatorCommand

LONGEST_RUN = timedelta(days=1)


class Command(OperatorCommand):
    help = "Expire uploads without activity for longer than an age (UPLOAD_LIFETIME by default)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than", type=arguments.age, metavar="AGE", help="such as 90s, 15m, 24h, 7d, or 0 for all"
        )
        parser.add_argument("--limit", type=arguments.count, metavar="N", help="at most so many, the stalest first")
        parser.add_argument("--dry-run", action="store_true", help="only print what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        age, limit = options["older_than"], options["limit"]
        if age is None:
            age = settings.UPLOAD_LIFETIME
        if options["dry_run"]:
            self.list_stale(age, limit)
        else:
            self.expire(age, limit)

    def list_stale(self, age: timedelta, limit: int | None) -> None:
        rows = bytes_ = 0
        for upload in lifecycle.stale_uploads(before=clock.ago(age))[:limit]:
            size = upload.staged_size or 0
            self.stdout.write(f"{upload.pk}  {size:>12}  {upload.name}")
            rows, bytes_ = rows + 1, bytes_ + size
        self.stdout.write(f"{rows} uploads with {bytes_} bytes would expire.")

    def expire(self, age: timedelta, limit: int | None) -> None:
        left = limit

        def expire_batch() -> Swept:
            nonlocal left
            size = lifecycle.BATCH if left is None else min(left, lifecycle.BATCH)
            swept = lifecycle.expire_stale_uploads(before=clock.ago(age), limit=size)
            if left is not None:
                left -= swept.rows
            return replace(swept, more=swept.more and left != 0)

        swept = lifecycle.run_batches(
            "expire_stale_uploads", expire_batch, started_by="command:expire_uploads", longest=LONGEST_RUN
        )
        self.stdout.write(f"{swept.rows} uploads with {swept.bytes} bytes expired.")
