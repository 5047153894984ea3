"""`manage.py doctor`: whether each thing that Holdall stands on works, one line each."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from redis import Redis

from objects_app import clock
from objects_app.first_start import broker_folders
from objects_app.management import bucket
from objects_app.management.base import missing_migrations
from objects_app.storage import direct_storage, get_storage

LEAST_FREE_BYTES = 256 * 1024 * 1024
FURTHEST_CLOCK = timedelta(seconds=5)
PROBE = b"holdall doctor"


class FoundError(Exception):
    """What was found, in one sentence."""


class Command(BaseCommand):
    help = "Check database, storage, clock, settings and broker; exit with 1 where something fails."
    requires_system_checks: list[str] = []  # noqa: RUF012  they are one of the lines

    def handle(self, *args: Any, **options: Any) -> None:
        examinations = EXAMINATIONS | (BUCKET_EXAMINATIONS if settings.S3_BUCKET else {})
        failed = [name for name, examine in examinations.items() if not self.passes(name, examine)]
        if settings.S3_BUCKET:
            self.stdout.write(bucket.rules())
        if failed:
            raise CommandError(f"Not well: {', '.join(failed)}.")

    def passes(self, name: str, examine: Callable[[], str]) -> bool:
        try:
            finding, passed = examine(), True
        except Exception as error:  # noqa: BLE001  whatever goes wrong is what the operator asked for
            finding, passed = " ".join(str(error).split()) or type(error).__name__, False
        self.stdout.write(f"{'ok' if passed else 'FAIL':<5} {name:<11} {finding}")
        return passed


def settings_are_sound() -> str:
    messages = run_checks()
    serious = [str(message.msg) for message in messages if message.is_serious()]
    if serious:
        raise FoundError(" ".join(serious))
    return " ".join(str(message.msg) for message in messages) or "no objections"


def database_answers() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    version = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {version}, {connection.settings_dict['NAME']}"


def migrations_are_applied() -> str:
    missing = missing_migrations()
    if missing:
        raise FoundError(f"{missing} are missing: run manage.py migrate")
    return "all applied"


def clocks_agree() -> str:
    content_type = ContentType.objects.annotate(now=clock.now()).first()
    if content_type is None:
        raise FoundError("the database is empty")
    apart = abs(content_type.now - datetime.now(UTC))
    if apart > FURTHEST_CLOCK:
        raise FoundError(f"the database's clock is {apart.total_seconds():.0f} s away from this machine's")
    return "the database and this machine agree"


def storage_keeps_bytes() -> str:
    storage = get_storage()
    writer = storage.create()
    try:
        writer.write([PROBE])
        key = writer.commit()
    finally:
        writer.discard()
    try:
        reader = storage.open(key)
        kept = reader.read_at(0, reader.size)
        reader.close()
    finally:
        storage.delete([key])
    if kept != PROBE:
        raise FoundError("what was read is not what was written")
    return f"{type(storage).__name__}: written, read and deleted"


def presigned_urls_work() -> str:
    storage = direct_storage()
    if storage is None:
        return "clients send their bytes through this server"
    return bucket.round_trip(storage)


def space_is_left() -> str:
    free = get_storage().free_bytes()
    if free is None:
        return "no limit"
    if free < LEAST_FREE_BYTES:
        raise FoundError(f"only {free // 2**20} MiB are left")
    return f"{free // 2**20} MiB are left"


def broker_takes_messages() -> str:
    if settings.REDIS_URL:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5) as redis:
            return f"Redis {redis.info('server')['redis_version']} answers"
    for folder in broker_folders():
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(PROBE)
    return "files: its folders can be written"


BUCKET_EXAMINATIONS: dict[str, Callable[[], str]] = {"presigned": presigned_urls_work}
EXAMINATIONS: dict[str, Callable[[], str]] = {
    "settings": settings_are_sound,
    "database": database_answers,
    "migrations": migrations_are_applied,
    "clock": clocks_agree,
    "storage": storage_keeps_bytes,
    "space": space_is_left,
    "broker": broker_takes_messages,
}
