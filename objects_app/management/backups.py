"""What `backup` and `restore` share: the names of damaged blobs, and refusals in one sentence."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DatabaseError

from objects_app.backups.named import NamedBlob
from objects_app.backups.refusals import BackupRefused
from objects_app.errors import ObjectsError


def describe(blob: NamedBlob, reason: str) -> str:
    return f"{blob.object_id} {blob.name!r}: {reason}."


@contextmanager
def told_in_one_sentence() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError("Stopped. Run the same command again to go on.") from None
    except BackupRefused as refusal:
        raise CommandError(str(refusal)) from refusal
    except ObjectsError as error:
        raise CommandError(f"{error.message} Run the same command again to go on.") from error
    except (OSError, sqlite3.Error, DatabaseError) as error:
        raise CommandError(f"{str(error).strip()}. Run the same command again to go on.") from error
