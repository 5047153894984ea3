"""`manage.py restore FOLDER`: a backup becomes an installation again."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from objects_app.backups.folder import BackupFolder
from objects_app.backups.named import NamedBlob
from objects_app.backups.restoring import Restored, restore
from objects_app.management.backups import describe, told_in_one_sentence
from objects_app.management.progress import end_line, progress_on
from objects_app.progress import Progress, in_words


class Command(BaseCommand):
    help = "Restore a backup into a data folder and a database that hold nothing yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="what `backup` has written")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = progress_on(self.stdout)
        with told_in_one_sentence():
            restored = restore(BackupFolder(options["folder"].absolute()), progress=progress, complain=self.complain)
        end_line(self.stdout)
        self.sum_up(restored, progress)

    def complain(self, blob: NamedBlob, reason: str) -> None:
        end_line(self.stdout)
        self.stderr.write(describe(blob, reason))

    def sum_up(self, restored: Restored, progress: Progress) -> None:
        manifest = restored.manifest
        self.stdout.write(f"The backup of {manifest.started_at} is in {settings.DATA_DIR}.")
        if manifest.blobs:
            amount = f"{progress.blobs} with {in_words(progress.bytes)}"
            self.stdout.write(f"Blobs: {amount} in {progress.seconds:.1f} s ({progress.rate()}).")
        else:
            self.stdout.write("It holds no blobs: put them back by the storage's own means (docs/backup.md).")
        if not restored.has_key:
            self.stdout.write("The secret key is not the backup's: URLs and sessions from before are not valid.")
        if restored.damaged:
            raise CommandError(
                f"{restored.damaged} blobs are damaged or missing: run `manage.py fsck`. All else is there."
            )
        self.stdout.write("Now run `manage.py fsck`, then `manage.py serve`.")
