"""Making a backup: the database, then every blob that its copy names, then the manifest."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from django.conf import settings

from objects_app.backups import files, named
from objects_app.backups.blobs import MISSING
from objects_app.backups.copies import Copies
from objects_app.backups.databases import Database, current_database
from objects_app.backups.folder import DATABASES, BackupFolder
from objects_app.backups.manifest import BlobTotals, FileEntry, Manifest, VanishedEntry, installed_version
from objects_app.backups.named import NamedBlob, Query
from objects_app.backups.refusals import BackupRefused
from objects_app.backups.vanished import fate_of, write_fate
from objects_app.progress import Progress
from objects_app.storage import BlobNotFound, get_storage
from objects_app.storage.disk import DiskStorage

NOT_ON_DISK = "Only blobs on disk are copied: use --database-only and copy the bucket as docs/backup.md says."
Complain = Callable[[NamedBlob, str], None]


def back_up(
    folder: BackupFolder, *, database_only: bool, by_content: bool, progress: Progress, complain: Complain
) -> Manifest:
    """Go on where an earlier run stopped, or bring a finished backup up to date. `complain` hears of damaged blobs."""
    if not database_only and not isinstance(get_storage(), DiskStorage):
        raise BackupRefused(NOT_ON_DISK)
    database = current_database()
    if database.is_empty():
        raise BackupRefused("There is nothing to back up: the database is empty.")
    folder.make()
    with folder.held_for_writing():
        started_at = datetime.now(UTC)
        files.remove(folder.manifest)
        _copy_secret_key(folder)
        with database.copied_out(folder.database(database.vendor), say=progress.say_now_and_then) as query:
            copier = None if database_only else BlobCopier(folder, query, by_content, progress, complain)
            if copier:
                copier.copy()
            manifest = _manifest(folder, database, query, started_at, copier)
        _remove_leftovers(folder, database)
        manifest.write(folder.manifest)
    return manifest


def _copy_secret_key(folder: BackupFolder) -> None:
    key = settings.SECRET_KEY_FILE
    if key.exists():
        with files.whole_file(folder.secret_key) as file:
            file.write(key.read_bytes())
    else:
        files.remove(folder.secret_key)


class BlobCopier:
    def __init__(
        self, folder: BackupFolder, query: Query, by_content: bool, progress: Progress, complain: Complain
    ) -> None:
        self.folder = folder
        self.target = folder.blobs
        self.query = query
        self.by_content = by_content
        self.progress = progress
        self.complain = complain
        self.kept = self.kept_bytes = self.damaged = self.vanished = 0

    def copy(self) -> None:
        self.target.prepare(holds_blobs=False)
        self.progress.begin(named.totals(self.query))
        copies = Copies(get_storage(), self.target, self.progress, self.by_content)
        with files.whole_file(self.folder.vanished) as vanished:
            for blob, trouble in copies.of(named.named_blobs(self.query)):
                if trouble is None:
                    self.kept += 1
                    self.kept_bytes += blob.size or 0
                elif isinstance(trouble, BlobNotFound):
                    self._note_absence(blob, vanished)
                else:
                    self._note_damage(blob, str(trouble))
        remove_unnamed(self.target, (blob.key for blob in named.named_blobs(self.query)))

    def _note_absence(self, blob: NamedBlob, vanished: BinaryIO) -> None:
        fate = fate_of(blob)
        if fate:
            write_fate(vanished, blob, fate)
            self.vanished += 1
        elif not blob.is_known_as_damaged:
            self._note_damage(blob, MISSING)

    def _note_damage(self, blob: NamedBlob, reason: str) -> None:
        self.damaged += 1
        self.complain(blob, reason)


def remove_unnamed(storage: DiskStorage, wanted: Iterator[str]) -> None:
    """Both come in the order of their keys, so that neither is held in memory."""
    next_wanted = next(wanted, None)
    for blob in storage.list_blobs():
        while next_wanted is not None and next_wanted < blob.key:
            next_wanted = next(wanted, None)
        if blob.key != next_wanted:
            storage.delete([blob.key])
    for part in storage.list_parts():
        storage.delete_part(part.key)


def _remove_leftovers(folder: BackupFolder, database: Database) -> None:
    """What an earlier run of another kind left."""
    for vendor in DATABASES.keys() - {database.vendor}:
        files.remove(folder.database(vendor))
    for part in folder.path.glob("*.part"):
        part.unlink()


def _manifest(
    folder: BackupFolder, database: Database, query: Query, started_at: datetime, copier: BlobCopier | None
) -> Manifest:
    return Manifest(
        holdall=installed_version(),
        started_at=started_at.isoformat(),
        finished_at=datetime.now(UTC).isoformat(),
        vendor=database.vendor,
        migrations=named.migrations(query),
        database=FileEntry.of(folder.database(database.vendor)),
        blobs=BlobTotals(copier.kept, copier.kept_bytes, copier.damaged) if copier else None,
        vanished=VanishedEntry(FileEntry.of(folder.vanished), copier.vanished) if copier else None,
    )
