"""Every sweep with the age 0, each by its command, in one process: `python -m tests.crash.sweeping`."""

import django
from django.core.management import call_command

COMMANDS = ("expire_uploads", "purge_bytes", "remove_orphans", "remove_parts", "fsck")


def sweep_everything() -> None:
    for command in COMMANDS:
        call_command(command, "--older-than", "0")


if __name__ == "__main__":
    django.setup()
    sweep_everything()
