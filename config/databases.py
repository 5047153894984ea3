"""The database: one SQLite file in the data folder, or the PostgreSQL that DATABASE_URL names."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

OLDEST_SQLITE = (3, 35)  # which returns what it inserts
SCHEMES = ("postgresql://", "postgres://")
TIMEOUTS = "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"
SWEEP_STATEMENT_TIMEOUT = timedelta(minutes=1)
NO_TIMEOUT = timedelta(0)  # migrations build indexes on large tables; whoever runs a command can end it
started_as = "command"  # config.asgi and config.celery say otherwise before the settings are read
POOL = {
    "min_size": 1,
    "max_size": 24,  # one for each thread of the web server that uses the database (objects_app/transfer/threads.py)
    "timeout": 3,  # a request is answered 503 after it
    "reconnect_timeout": 2,  # pauses between attempts grow until then: a database that is back is found soon
}
LARGEST_PORT = 65_535
# Threads keep connections, which a firewall may forget without a word: who uses one that is idle would wait for hours.
PROBES = {"keepalives_idle": "60", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "30000"}


def sqlite(path: Path) -> dict[str, Any]:
    """FULL: a commit is on the disk before it is answered (promise P8). WAL: readers go on beside the one writer."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise ImproperlyConfigured(f"This Python has SQLite {sqlite3.sqlite_version}; {needed} or newer is needed")
    return {
        "ENGINE": "objects_app.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
        },
    }


def statement_timeout(of_requests: timedelta) -> timedelta:
    """How long a statement of this process may take."""
    return {"web": of_requests, "worker": SWEEP_STATEMENT_TIMEOUT}.get(started_as, NO_TIMEOUT)


def postgresql(url: str, *, statement_timeout: timedelta = NO_TIMEOUT) -> dict[str, Any]:
    """Django's pool refuses persistent connections; `objects_app/postgresql` replaces one that the database has cut.

    It also says which statements are prepared: those, from the first time on.
    """
    parts = parse_url(url)
    longest = f"-c statement_timeout={statement_timeout // timedelta(milliseconds=1)}"
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {
        "ENGINE": "objects_app.postgresql",
        **{name: parts.pop(part, "") for name, part in names.items()},
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "connect_timeout": "5",
            "application_name": "holdall",
            **PROBES,
            **parts,
            "options": f"{longest} {TIMEOUTS} {parts.get('options', '')}".strip(),
            "pool": POOL,
            "prepare_threshold": 0,
        },
    }


def parse_url(url: str) -> dict[str, str]:
    """The parts by their names in libpq, which reads the URL itself. No message repeats it: it may hold a password."""
    from psycopg import ProgrammingError, conninfo  # noqa: PLC0415  only installations with PostgreSQL load it

    if not url.startswith(SCHEMES):
        raise ImproperlyConfigured("DATABASE_URL does not begin with postgresql://")
    try:
        parts = {name: str(value) for name, value in conninfo.conninfo_to_dict(url).items()}
    except ProgrammingError:
        raise ImproperlyConfigured(
            "DATABASE_URL is not postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTIONS, with special characters as %XX"
        ) from None
    if not parts.get("dbname"):
        raise ImproperlyConfigured("DATABASE_URL names no database: end it with /NAME")
    if not all(_is_port(port) for port in parts.get("port", "").split(",")):
        raise ImproperlyConfigured(f"DATABASE_URL: its port is not a number from 1 to {LARGEST_PORT}")
    return parts


def _is_port(port: str) -> bool:
    """Empty stands for the default."""
    return not port or (port.isascii() and port.isdigit() and 0 < int(port) <= LARGEST_PORT)
