"""Restoring a backup into an installation that holds nothing yet."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from objects_app import data_folder
from objects_app.backups import files, named
from objects_app.backups.blobs import MISSING
from objects_app.backups.copies import Copies
from objects_app.backups.databases import Database, current_database
from objects_app.backups.folder import BackupFolder
from objects_app.backups.manifest import Manifest, installed_version
from objects_app.backups.named import NamedBlob
from objects_app.backups.refusals import BackupRefused
from objects_app.backups.vanished import apply_fates
from objects_app.data_folder import DataInUse
from objects_app.progress import Progress
from objects_app.storage import BlobNotFound, get_storage
from objects_app.storage.disk import DiskStorage

Complain = Callable[[NamedBlob, str], None]


@dataclass(frozen=True)
class Restored:
    """What a restore did; `has_key` says whether the secret key in use is the one of the backup."""

    manifest: Manifest
    damaged: int
    has_key: bool


def restore(folder: BackupFolder, *, progress: Progress, complain: Complain) -> Restored:
    """Go on where an interrupted restore of the same backup stopped; nothing that is there already is touched."""
    try:
        with folder.held_for_reading(), data_folder.held():
            return _restore(folder, progress, complain)
    except DataInUse:
        raise BackupRefused(f"A serve or restore is running on the data in {settings.DATA_DIR}.") from None


def _restore(folder: BackupFolder, progress: Progress, complain: Complain) -> Restored:
    manifest = Manifest.read(folder.manifest)
    database = current_database()
    _refuse_what_does_not_fit(manifest, database)
    mark = data_folder.restore_mark()
    _refuse_full_target(manifest, database, mark)
    manifest.database.refuse_other(folder.path)
    if manifest.vanished:
        manifest.vanished.file.refuse_other(folder.path)
    with files.whole_file(mark) as file:
        file.write(manifest.database.sha256.encode())
    has_key = _restore_secret_key(folder)
    if database.is_empty():
        progress.say_now_and_then("Restoring the database.")
        database.take_in(folder.path / manifest.database.name)
    if manifest.vanished:
        apply_fates(folder.vanished)
    damaged = _restore_blobs(folder, database, progress, complain) if manifest.blobs else 0
    files.remove(mark)
    return Restored(manifest, damaged, has_key)


def _refuse_what_does_not_fit(manifest: Manifest, database: Database) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if not known.issuperset(manifest.migrations):
        raise BackupRefused(
            f"This backup was made by Holdall {manifest.holdall}, which is newer than this one ({installed_version()})."
        )
    if manifest.vendor != database.vendor:
        raise BackupRefused(f"This is a backup of {manifest.vendor}; the settings name {database.vendor}.")
    if manifest.blobs and not isinstance(get_storage(), DiskStorage):
        raise BackupRefused("This backup holds blobs, which are only restored to OBJECT_STORAGE=disk.")


def _refuse_full_target(manifest: Manifest, database: Database, mark: Path) -> None:
    if mark.exists():
        if mark.read_text() != manifest.database.sha256:
            raise BackupRefused(
                f"{settings.DATA_DIR} is half restored from another backup: finish that one, or empty it."
            )
        return
    if not database.is_empty():
        raise BackupRefused("There is a database already: restore only into an empty installation.")
    if manifest.blobs is None:
        return  # its bytes come by other means, before or after
    storage = get_storage()
    storage.prepare(holds_blobs=False)
    if isinstance(storage, DiskStorage) and next(storage.list_blobs(), None):
        raise BackupRefused(f"There are objects in {storage.folder} already: restore only into an empty installation.")


def _restore_secret_key(folder: BackupFolder) -> bool:
    """In place of the one that the settings made a moment ago; a key from the environment goes first."""
    path = settings.SECRET_KEY_FILE
    if not folder.secret_key.exists():
        return False
    key = folder.secret_key.read_bytes()
    if path.exists() and path.read_text().strip() == settings.SECRET_KEY:
        with files.whole_file(path) as file:
            file.write(key)
        return True
    return key.decode().strip() == settings.SECRET_KEY


def _restore_blobs(folder: BackupFolder, database: Database, progress: Progress, complain: Complain) -> int:
    """Return how many are damaged or missing."""
    target = get_storage()
    assert isinstance(target, DiskStorage)  # noqa: S101  for the type checker: others were refused at the beginning
    damaged = 0
    with database.asked() as query:
        progress.begin(named.totals(query))
        for blob, trouble in Copies(folder.blobs, target, progress).of(named.named_blobs(query)):
            is_missing = isinstance(trouble, BlobNotFound)
            if trouble and not (is_missing and blob.is_known_as_damaged):
                damaged += 1
                complain(blob, MISSING if is_missing else str(trouble))
    return damaged
