"""`manage.py setup`: what `serve` does before it starts, for installations of several processes."""

import os
from typing import Any

from django.conf import settings

from objects_app.management.starting import StartingCommand, refuse_half_restored_data


class Command(StartingCommand):
    help = "Create what is missing: tables, storage, the first account. Whatever is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        self.refuse_bad_settings()
        refuse_half_restored_data()
        credentials = self.prepare(command="setup")
        if credentials:
            self.show_once(credentials)
        self.stdout.write(f"Ready for {settings.PUBLIC_BASE_URL}.")
