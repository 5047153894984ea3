"""`setup`, `web`, `worker` and `beat` as own processes, on PostgreSQL, Redis and S3, and any of them killed."""

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from tests import live, prepared
from tests.databases import NAME
from tests.serve.parts import Site, call, descendants, download, upload

ENDS_WITHIN = 10
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def settings_of(redis_url, s3):
    return lambda folder, database_url: live.environment_of(
        folder / "data",
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        SECRET_KEY=prepared.SECRET,
        THROTTLE_ENABLED="false",
        SWEEP_UPLOADS_EVERY="1s",
        **s3.environment(),
    )


@pytest.fixture
def empty_site(tmp_path, settings_of, postgresql_url):
    """Nobody has set it up."""
    site = Site(tmp_path, settings_of(tmp_path, postgresql_url))
    yield site
    site.stop()


@pytest.fixture
def site(tmp_path, settings_of):
    with prepared.new_postgresql(f"{NAME}_of_a_site") as (url, key):
        site = Site(tmp_path, settings_of(tmp_path, url), key)
        yield site
        site.stop()


def run(site: Site, *command: str, **environment: str) -> subprocess.CompletedProcess:
    return live.manage(*command, environment=site.environment | environment, check=False)


def test_an_object_goes_through_several_web_servers(site):
    site.set_up()
    one, other = site.start_web("--workers", "2"), site.start_web()
    kept = upload(one.base_url, site.key, b"hello").json()["id"]
    assert call("POST", other.base_url, site.key, f"/{kept}/complete").json()["state"] == "READ_ONLY"
    assert download(one.base_url, site.key, kept) == b"hello"


def test_several_setups_at_once_make_one_account_and_show_its_key_once(empty_site):
    command = [sys.executable, live.MANAGE, "setup"]
    several = [
        subprocess.Popen(command, env=empty_site.environment, cwd=live.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    printed = [each.communicate(timeout=100)[0] for each in several]
    assert [each.returncode for each in several] == [0, 0, 0]
    assert sorted(len(live.KEY.findall(text)) for text in printed) == [0, 0, 1]
    with psycopg.connect(empty_site.environment["DATABASE_URL"]) as database:
        assert database.execute("SELECT count(*) FROM objects_app_user").fetchone() == (1,)


def test_a_setup_after_the_first_shows_nothing_and_changes_nothing(empty_site):
    empty_site.set_up()
    assert (
        empty_site.set_up() == f"Ready for {empty_site.environment.get('PUBLIC_BASE_URL', 'http://127.0.0.1:8000')}.\n"
    )


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
def test_a_database_that_is_not_set_up_is_refused_in_one_sentence(empty_site, command):
    refused = run(empty_site, command, ADDRESS=f"127.0.0.1:{live.free_port()}")
    sentence = "CommandError: The database is not prepared: run `manage.py setup` or `manage.py serve` first."
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (1, sentence)


@pytest.mark.parametrize("command", ["setup", "web", "worker", "beat"])
def test_a_bad_setting_is_refused_in_one_sentence(empty_site, command):
    refused = run(empty_site, command, ALLOWED_HOSTS="*")
    assert refused.returncode == 1
    assert refused.stderr.startswith("CommandError: ALLOWED_HOSTS holds '*'")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["setup", "web", "worker", "beat"])
def test_a_database_out_of_reach_is_one_sentence(empty_site, command):
    gone = f"postgresql://nobody@127.0.0.1:{live.free_port()}/none"
    refused = run(empty_site, command, DATABASE_URL=gone)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("CommandError: The database does not answer: ")


def ended_within(program: subprocess.Popen, seconds: float) -> int:
    started = time.monotonic()
    code = program.wait(60)
    assert time.monotonic() - started < seconds
    return code


def started(site: Site, command: str) -> live.LiveServer:
    if command == "web":
        return site.start_web("--workers", "2")
    if command == "worker":
        return site.start_worker()
    beat = site.start("beat")
    live.wait_until(lambda: list((beat.data_dir / "broker").glob("beat-schedule*")))
    return beat


@pytest.mark.parametrize("command", ["web", "worker", "beat"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_program_that_is_asked_to_end_or_killed(site, command, number):
    site.set_up()
    program = started(site, command)
    below = descendants(program.process.pid)
    assert bool(below) == (command != "beat")
    program.process.send_signal(number)
    code = ended_within(program.process, ENDS_WITHIN)
    assert code == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    live.wait_until(lambda: not any(live.is_running(pid) for pid in below), seconds=10)
    assert "Traceback" not in program.printed()


def test_a_web_server_starts_a_killed_worker_anew(site):
    site.set_up()
    web = site.start_web("--workers", "2")
    before = descendants(web.process.pid)
    os.kill(before[0], signal.SIGKILL)
    live.wait_until(lambda: len(set(descendants(web.process.pid)) - set(before)) == 1)
    live.wait_until_it_answers(web)
    assert web.process.poll() is None


def test_killed_processes_that_are_started_again_go_on_and_lose_nothing(site):
    site.set_up()
    web, worker, beat = site.start_web("--workers", "2"), site.start_worker(), started(site, "beat")
    stale = upload(web.base_url, site.key, b"nobody completes this").json()["id"]
    kept = upload(web.base_url, site.key, b"hello").json()["id"]
    before = descendants(web.process.pid)
    for pid in (before[0], worker.process.pid, beat.process.pid):
        os.kill(pid, signal.SIGKILL)
    site.abandon(stale)
    site.start_worker()
    site.start("beat")
    live.wait_until(lambda: len(set(descendants(web.process.pid)) - set(before)) == 1)
    assert call("POST", web.base_url, site.key, f"/{kept}/complete").json()["state"] == "READ_ONLY"
    live.wait_until(lambda: call("GET", web.base_url, site.key, f"/{stale}").json()["state"] == "DELETED")
    assert download(web.base_url, site.key, kept) == b"hello"


def test_two_beats_and_a_killed_job_process_do_no_harm(site):
    site.set_up()
    web = site.start_web()
    worker = site.start_worker()
    site.start("beat")
    site.start("beat")
    os.kill(descendants(worker.process.pid)[0], signal.SIGKILL)
    stale = upload(web.base_url, site.key, b"stale").json()["id"]
    site.abandon(stale)
    live.wait_until(lambda: call("GET", web.base_url, site.key, f"/{stale}").json()["state"] == "DELETED")
    with psycopg.connect(site.environment["DATABASE_URL"]) as database:
        count = "SELECT count(*) FROM objects_app_auditevent WHERE action = 'object.expired' AND target_id = %s"
        assert database.execute(count, [stale]).fetchone() == (1,)


def test_a_serve_and_the_commands_of_its_own_do_not_share_data(site):
    site.set_up()
    web = site.start_web()
    refused = run(site, "serve", ADDRESS=f"127.0.0.1:{live.free_port()}")
    sentence = f"CommandError: Another serve or restore is running on the data in {web.data_dir}."
    assert refused.stderr.splitlines()[-1] == sentence
