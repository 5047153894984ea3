"""What `setup` makes, made once for all processes of a test run and copied: a data folder, a PostgreSQL database."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests import databases, environment, live, postgres
from tests.live import LiveServer

SECRET = "a secret key for all of these processes, of some length"
DATABASE = "holdall_prepared"


def start_server(data_dir: Path, **environment: str) -> LiveServer:
    """As `live.start_server` does, on data that have had their first start."""
    key = copy_data_folder(data_dir)
    server = live.start_server(data_dir, **environment)
    server.key = key
    return server


def copy_data_folder(path: Path) -> str:
    """Return the secret of its API key."""
    with _one_at_a_time("data") as made:
        if not (made / "key").exists():
            (made / "key").write_text(_set_up(live.environment_of(made / "data")))
    shutil.copytree(made / "data", path)
    return (made / "key").read_text()


@contextmanager
def new_postgresql(name: str) -> Iterator[tuple[str, str]]:
    """The URL of a database that was set up with SECRET, and the secret of its API key."""
    with _one_at_a_time("postgresql") as made:
        if not (made / "key").exists():
            server = postgres.url()
            with psycopg.connect(server, autocommit=True) as admin:
                admin.execute(f"CREATE DATABASE {DATABASE}")
            settings = {"DATABASE_URL": urlsplit(server)._replace(path=f"/{DATABASE}").geturl(), "SECRET_KEY": SECRET}
            (made / "key").write_text(_set_up(live.environment_of(made / "data", **settings)))
    with databases.new_postgresql(name, f"TEMPLATE {DATABASE}") as url:
        yield url, (made / "key").read_text()


def _set_up(settings: dict[str, str]) -> str:
    return live.KEY.search(live.manage("setup", environment=settings).stdout)[0]


@contextmanager
def _one_at_a_time(name: str) -> Iterator[Path]:
    """A folder of the whole run."""
    folder = environment.SESSION / f"prepared-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
