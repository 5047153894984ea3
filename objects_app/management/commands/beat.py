"""`manage.py beat`: sends the jobs when they are due. One is enough, and a second one does no harm."""

from collections.abc import Sequence
from typing import Any

from objects_app.management.starting import ProgramCommand
from objects_app.supervisor import celery_program


class Command(ProgramCommand):
    help = "Send the jobs to the workers when they are due."

    def program(self, **options: Any) -> Sequence[str]:
        return celery_program("beat")
