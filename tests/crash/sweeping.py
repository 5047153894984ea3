"""Every sweep with the age 0, each by its command, in one process: `python -m tests.crash.sweeping`.

Nobody is at work meanwhile. So what a bucket holds may go as well that somebody could still be at work on, by its age.
"""

from datetime import UTC, datetime, timedelta

import django
from django.conf import settings
from django.core.management import call_command

from objects_app.storage import get_storage

COMMANDS = ("expire_uploads", "purge_bytes", "remove_orphans", "remove_parts", "fsck")
LEASES_ARE_OVER = timedelta(hours=1)


def sweep_everything() -> None:
    call_command("end_promotions", "--before", (datetime.now(UTC) + LEASES_ARE_OVER).isoformat())
    for command in COMMANDS:
        call_command(command, "--older-than", "0")


def take_nobody_for_being_at_work() -> None:
    settings.TRANSFER_TOTAL_TIMEOUT = timedelta(0)
    if get_storage().is_bucket:
        get_storage().young_blob = timedelta(0)


if __name__ == "__main__":
    django.setup()
    take_nobody_for_being_at_work()
    sweep_everything()
