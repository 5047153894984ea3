"""Databases in which a test is alone: commits are real, and every thread has its own connection to it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from config import databases
from tests import postgres

NAME = f"holdall_{os.getpid()}"
KEPT = {ContentType, Permission}


@pytest.fixture(scope="session")
def migrated_sqlite(django_db_blocker, tmp_path_factory) -> Path:
    """A migrated file, copied for each test."""
    path = tmp_path_factory.mktemp("database") / "template.sqlite3"
    with django_db_blocker.unblock(), everything_in(databases.sqlite(path)):
        call_command("migrate", verbosity=0)
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def sqlite_database(migrated_sqlite, django_db_blocker, tmp_path) -> Iterator[dict[str, Any]]:
    path = tmp_path / "holdall.sqlite3"
    shutil.copy(migrated_sqlite, path)
    with django_db_blocker.unblock(), everything_in(databases.sqlite(path)) as settings:
        yield settings


@pytest.fixture(scope="session")
def migrated_postgresql(django_db_blocker) -> Iterator[str]:
    """The URL of a migrated database of this process. A copy takes a quarter of a second, to empty it a hundredth."""
    with new_postgresql(NAME) as url:
        with django_db_blocker.unblock(), everything_in(patient(url)):
            call_command("migrate", verbosity=0)
        yield url


@pytest.fixture
def postgresql_database(migrated_postgresql, django_db_blocker) -> Iterator[dict[str, Any]]:
    with django_db_blocker.unblock(), everything_in(patient(migrated_postgresql)) as settings:
        yield settings
    empty(migrated_postgresql)


def patient(url: str) -> dict[str, Any]:
    """Busy machines take their time to open a connection, and nobody waits for an answer here."""
    database = databases.postgresql(url)
    database["OPTIONS"]["pool"] = databases.POOL | {"timeout": 60}
    return database


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The URL of an empty database of this test alone, for servers in processes of their own."""
    with new_postgresql(f"{NAME}_alone") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def real_database(request) -> dict[str, Any]:
    """The test runs once on each."""
    return request.getfixturevalue(f"{request.param}_database")


@contextmanager
def new_postgresql(name: str, options: str = "") -> Iterator[str]:
    server = postgres.url()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} {options}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def empty(url: str) -> None:
    """What migrations have written stays. As a replica, PostgreSQL runs no triggers: even the audit trail can go."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model not in KEPT]
    deletions = "; ".join(f'DELETE FROM "{table}"' for table in tables)  # noqa: S608  names of our own tables
    with psycopg.connect(url) as connection:
        connection.execute(f"SET session_replication_role = replica; {deletions}")


@contextmanager
def everything_in(database: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every thread's connections lead to this database; the test process's own is put back afterwards."""
    before, settings = connections["default"], connections.settings["default"]
    pool = DatabaseWrapper._connection_pools.pop("default", None)
    connections.settings |= connections.configure_settings({"default": database})
    connections["default"] = connections.create_connection("default")
    try:
        yield connections.settings["default"]
    finally:
        close(connections["default"])
        connections.settings["default"] = settings
        connections["default"] = before
        if pool:
            DatabaseWrapper._connection_pools["default"] = pool


def close(connection: Any) -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
