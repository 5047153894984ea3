"""The product's settings, with a process that dies where a file in CRASH_FOLDER has the name of a failpoint.

Pauses do not grow: kills come every few seconds here, and what is measured is the way back after a single one.
In a bucket, copies in parts are not left to objects of 5 GiB.
"""

import os
from contextlib import suppress
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import OBJECT_STORAGE
from objects_app import failpoints, supervisor

ARMED = Path(os.environ["CRASH_FOLDER"])


def die_where_armed(name: str) -> None:
    """Whoever renames the file is the one that dies."""
    with suppress(FileNotFoundError):
        (ARMED / name).rename(ARMED / f"{name}.{os.getpid()}")
        os._exit(137)


failpoints.hook = die_where_armed
supervisor.LONGEST_PAUSE = supervisor.SHORTEST_PAUSE
if OBJECT_STORAGE == "s3":
    from objects_app.storage import s3

    s3.LARGEST_COPY = 64 * 1024
