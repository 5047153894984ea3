"""`manage.py backup FOLDER`: everything that `restore` needs, while the server runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from objects_app.backups.copying import back_up
from objects_app.backups.folder import BackupFolder
from objects_app.backups.manifest import Manifest
from objects_app.backups.named import NamedBlob
from objects_app.management.backups import describe, told_in_one_sentence
from objects_app.management.progress import end_line, progress_on
from objects_app.progress import Progress, in_words


class Command(BaseCommand):
    help = "Back up the database and the bytes of all objects into a folder; run again, bring the backup up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where the backup is kept; it holds nothing else")
        parser.add_argument("--database-only", action="store_true", help="leave the bytes to the storage's own means")
        parser.add_argument("--verify", action="store_true", help="read again what an earlier run has copied")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = progress_on(self.stdout)
        with told_in_one_sentence():
            manifest = back_up(
                BackupFolder(options["folder"].absolute()),
                database_only=options["database_only"],
                by_content=options["verify"],
                progress=progress,
                complain=self.complain,
            )
        end_line(self.stdout)
        self.sum_up(manifest, progress)

    def complain(self, blob: NamedBlob, reason: str) -> None:
        end_line(self.stdout)
        self.stderr.write(describe(blob, reason))

    def sum_up(self, manifest: Manifest, progress: Progress) -> None:
        self.stdout.write(f"Database: {in_words(manifest.database.size)} in {manifest.database.name}.")
        blobs, vanished = manifest.blobs, manifest.vanished
        if blobs is None or vanished is None:
            self.stdout.write("Blobs: none, as asked.")
            return
        self.stdout.write(
            f"Blobs: {blobs.count} with {in_words(blobs.bytes)} in {progress.seconds:.1f} s ({progress.rate()}); "
            f"{vanished.count} were deleted or replaced meanwhile."
        )
        if blobs.damaged:
            raise CommandError(
                f"{blobs.damaged} blobs are damaged or missing: run `manage.py fsck`. All else is copied."
            )
