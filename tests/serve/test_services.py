"""`manage.py serve` with a real PostgreSQL and a real Redis: how it works with them, and without Redis for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from tests import live, postgres


@pytest.fixture
def server(tmp_path, postgresql_url, redis_url):
    server = live.start_server(
        tmp_path / "data",
        DATABASE_URL=postgresql_url,
        REDIS_URL=redis_url,
        SWEEP_UPLOADS_EVERY="1s",
        UPLOAD_URL_LIFETIME="1s",
        UPLOAD_LIFETIME="1s",
    )
    yield server
    server.stop()


def create(server: live.LiveServer) -> httpx.Response:
    sent = {"name": "notes", "content_type": "text"}
    return httpx.post(f"{server.base_url}/v1/objects", json=sent, headers={"Authorization": f"Bearer {server.key}"})


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


def test_requests_are_answered_while_redis_is_down_and_sweeps_go_on_when_it_is_back(server, redis_server):
    redis_server.stop()
    answers = [create(server) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "each process counts requests alone" in server.printed()
    redis_server.start()
    live.wait_until(lambda: state_of(server, answers[0].json()["id"]) == "DELETED")


def test_a_redis_that_was_restarted_counts_again_at_once(server, redis_server):
    create(server)
    redis_server.stop()
    redis_server.start()
    create(server)
    assert "each process counts requests alone" not in server.printed()


def test_a_key_that_a_command_has_revoked_is_dead_at_the_next_request(server, postgresql_url):
    with psycopg.connect(postgresql_url) as admin:
        (key_id,) = admin.execute("SELECT id FROM objects_app_apikey").fetchone()
    assert create(server).status_code == 200
    server.manage("revoke_key", key_id)
    assert create(server).status_code == 401
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
