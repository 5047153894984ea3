"""Makes what is missing in the data folder; where nothing is missing, nothing changes."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from objects_app import access
from objects_app.lifecycle.exclusion import one_after_another
from objects_app.lifecycle.leftovers import any_blob_is_named
from objects_app.operations.openings import Credentials, open_first_account
from objects_app.storage import get_storage, other_storage


def prepare(*, command: str) -> Credentials | None:
    """Return the credentials of a first start, which nobody can look up later. Of several at once, each waits."""
    make_folders()
    with one_after_another("setup"):
        migrate()
        prepare_storage()
        return open_first_account(actor=access.operator_actor(command))


def make_folders() -> None:
    for folder in (settings.DATA_DIR, settings.BROKER_DIR, *broker_folders()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def prepare_storage() -> None:
    """Another storage than that of new blobs only has to be there while rows name blobs in it."""
    own, other = get_storage(), other_storage()
    own.prepare(holds_blobs=any_blob_is_named(in_bucket=own.is_bucket))
    if other and any_blob_is_named(in_bucket=other.is_bucket):
        other.prepare(holds_blobs=True)


def broker_folders() -> list[Path]:
    """None where messages go through Redis."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    return sorted(
        {Path(options[name]) for name in ("data_folder_in", "data_folder_out", "control_folder") if name in options}
    )


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)
