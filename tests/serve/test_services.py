"""`manage.py serve` with a real PostgreSQL and a real Redis: how it works with them, and without one for a while.

All tests share one server, which each leaves as it was.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from tests import live, postgres, prepared
from tests.databases import NAME
from tests.redis_server import own_redis


@pytest.fixture(scope="module")
def redis_of_all():
    with own_redis() as redis:
        yield redis


@pytest.fixture
def redis_server(redis_of_all):
    """It runs when a test begins, whatever the one before did to it."""
    if not redis_of_all.is_running():
        redis_of_all.start()
    return redis_of_all


@pytest.fixture(scope="module")
def database():
    """The URL, and the secret of an API key."""
    with prepared.new_postgresql(f"{NAME}_served") as url_and_key:
        yield url_and_key


@pytest.fixture(scope="module")
def postgresql_url(database):
    return database[0]


@pytest.fixture(scope="module")
def started(tmp_path_factory, database, redis_of_all):
    url, key = database
    server = live.start_server(
        tmp_path_factory.mktemp("served") / "data",
        DATABASE_URL=url,
        SECRET_KEY=prepared.SECRET,
        REDIS_URL=redis_of_all.url,
        SWEEP_UPLOADS_EVERY="1s",
        UPLOAD_URL_LIFETIME="1s",
        UPLOAD_LIFETIME="1s",
    )
    server.key = key
    yield server
    server.stop()


@pytest.fixture
def server(started, redis_server):
    return started


@pytest.fixture
def printed(server):
    """What it prints during this test."""
    before = len(server.printed())
    return lambda: server.printed()[before:]


def create(server: live.LiveServer, key: str = "") -> httpx.Response:
    sent = {"name": "notes", "content_type": "text"}
    headers = {"Authorization": f"Bearer {key or server.key}"}
    return httpx.post(f"{server.base_url}/v1/objects", json=sent, headers=headers)


def state_of(server: live.LiveServer, object_id: str) -> str:
    url = f"{server.base_url}/v1/objects/{object_id}"
    return httpx.get(url, headers={"Authorization": f"Bearer {server.key}"}).json()["state"]


@contextmanager
def closed_to_everybody(url: str) -> Iterator[None]:
    """As while the database starts anew: connections are cut, and none can be made."""
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_a_sweep_that_was_sent_through_redis_deletes_a_stale_upload(server):
    upload = create(server).json()
    live.wait_until(lambda: state_of(server, upload["id"]) == "DELETED")
    assert not [path for path in (server.data_dir / "broker").rglob("*") if path.suffix == ".msg"]
    assert not (server.data_dir / "holdall.sqlite3").exists()


def test_requests_are_answered_while_redis_is_down_and_sweeps_go_on_when_it_is_back(server, redis_server, printed):
    redis_server.stop()
    answers = [create(server) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "each process counts requests alone" in printed()
    redis_server.start()
    live.wait_until(lambda: state_of(server, answers[0].json()["id"]) == "DELETED")


def test_a_redis_that_was_restarted_counts_again_at_once(server, redis_server, printed):
    create(server)
    redis_server.stop()
    redis_server.start()
    create(server)
    assert "each process counts requests alone" not in printed()


def test_a_key_that_a_command_has_revoked_is_dead_at_the_next_request(server):
    made = json.loads(server.manage("create_account", "of one key", "--json"))
    assert create(server, made["key"]).status_code == 200
    server.manage("revoke_key", made["key_id"])
    assert create(server, made["key"]).status_code == 401
    assert not (server.data_dir / "keys.stamp").exists()


def test_a_connection_that_the_database_has_cut_is_replaced_unnoticed(server, postgresql_url):
    create(server)
    with psycopg.connect(postgresql_url) as admin:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        admin.execute(f"{others} AND pid <> pg_backend_pid()")
    assert create(server).status_code == 200


def test_without_its_database_a_server_answers_503_and_recovers_by_itself(server, postgresql_url):
    with closed_to_everybody(postgresql_url):
        assert create(server).status_code == 503
    live.wait_until(lambda: create(server).status_code == 200, seconds=5)


def test_the_supervisor_keeps_no_thread_of_a_pool(server):
    threads = Path(f"/proc/{server.process.pid}/task").iterdir()
    assert len(list(threads)) == 1


def test_the_doctor_tells_which_services_are_used(server):
    told = server.manage("doctor")
    assert "PostgreSQL 1" in told
    assert "Redis" in told


def test_the_doctor_tells_that_redis_does_not_answer(server, redis_server):
    redis_server.stop()
    told = live.manage("doctor", environment=server.environment, check=False)
    assert told.returncode == 1
    assert "FAIL  broker" in told.stdout
