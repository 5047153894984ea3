"""`manage.py serve` as an operator meets it: real processes, a real port, a data folder of its own."""

import json
import os
import re
import signal
import stat

import httpx
import pytest

from tests import live, prepared


@pytest.fixture
def server(tmp_path):
    server = prepared.start_server(tmp_path / "data", THROTTLE_ENABLED="false")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """A server of several tests, each of which leaves it complete."""
    server = prepared.start_server(tmp_path_factory.mktemp("lasting") / "data", THROTTLE_ENABLED="false")
    yield server
    server.stop()


def list_objects(server: live.LiveServer, key: str) -> int:
    return httpx.get(f"{server.base_url}/v1/objects", headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_first_start_prints_each_credential_once(holdall):
    for label in ("E-mail", "Password", "API key", "Pages", "Admin", "API", "Docs", "Data"):
        assert len(re.findall(rf"^  {label}  +\S", holdall.printed(), re.MULTILINE)) == 1


def test_the_printed_key_works(holdall):
    assert list_objects(holdall, holdall.key) == 200


def test_a_relative_data_folder_is_the_same_for_every_process(tmp_path):
    server = live.start_server(tmp_path / "data", folder=tmp_path, DATA_DIR="data", THROTTLE_ENABLED="false")
    try:
        assert list_objects(server, server.key) == 200
    finally:
        server.stop()


def test_what_a_first_start_makes_is_the_operators_alone(holdall):
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (holdall.data_dir, *holdall.data_dir.iterdir())}
    assert [path for path, mode in modes.items() if mode & 0o077] == []
    assert modes[holdall.data_dir / "secret_key"] == 0o600


def test_a_second_serve_on_the_same_data_says_so_in_one_sentence(holdall):
    environment = holdall.environment | {"ADDRESS": f"127.0.0.1:{live.free_port()}"}
    refused = live.manage("serve", environment=environment, check=False)
    assert refused.returncode == 1
    sentence = f"CommandError: Another serve or restore is running on the data in {holdall.data_dir}."
    assert refused.stderr.splitlines() == [sentence]


def test_a_taken_port_is_one_sentence_and_nothing_was_made(holdall, tmp_path):
    address = holdall.environment["ADDRESS"]
    environment = live.environment_of(tmp_path / "data", ADDRESS=address)
    refused = live.manage("serve", environment=environment, check=False)
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [f"CommandError: Cannot listen on {address}: Address already in use."]
    assert not (tmp_path / "data" / "holdall.sqlite3").exists()


def test_the_options_of_serve_win_over_the_environment(holdall, tmp_path):
    address = holdall.environment["ADDRESS"]
    options = ("--address", address, "--data-dir", str(tmp_path / "other"))
    refused = live.manage("serve", *options, environment=live.environment_of(tmp_path / "data"), check=False)
    assert refused.stderr.splitlines() == [f"CommandError: Cannot listen on {address}: Address already in use."]
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_later_start_prints_the_addresses_alone_and_the_key_still_works(server):
    server.stop()
    again = live.start_server(server.data_dir, THROTTLE_ENABLED="false")
    try:
        assert "Pages" in again.printed()
        assert not re.search("Password|API key|hld_", again.printed())
        assert list_objects(again, server.key) == 200
    finally:
        again.stop()


def test_sigterm_ends_everything(server):
    assert len(server.processes()) >= 4
    assert server.stop() == 0
    assert server.processes() == {}


def test_an_interrupt_ends_everything_without_a_traceback(server):
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(live.STOP_SECONDS) == 0
    assert server.processes() == {}
    assert "Traceback" not in server.printed()


def test_a_supervisor_killed_with_9_takes_every_process_with_it(server):
    live.wait_until(lambda: "ready." in server.printed())
    server.process.kill()
    server.process.wait()
    live.wait_until(lambda: server.processes() == {})


def test_a_killed_web_server_is_started_again(lasting):
    killed = lasting.process_of("granian")
    os.kill(killed, signal.SIGKILL)
    live.wait_until(lambda: "web ended with -9; it starts again in 1 s" in lasting.printed())
    live.wait_until_it_answers(lasting)
    assert lasting.process_of("granian") != killed
    assert list_objects(lasting, lasting.key) == 200


def workers_that_became_ready(server: live.LiveServer) -> int:
    return server.printed().count("ready.")


def test_a_killed_worker_is_started_again(lasting):
    live.wait_until(lambda: workers_that_became_ready(lasting))
    before = workers_that_became_ready(lasting)
    os.kill(lasting.process_of("celery"), signal.SIGKILL)
    live.wait_until(lambda: workers_that_became_ready(lasting) == before + 1)


def test_a_worker_whose_schedule_was_killed_is_started_again_with_a_new_one(lasting):
    live.wait_until(lambda: workers_that_became_ready(lasting))
    before = workers_that_became_ready(lasting)
    (schedule,) = lasting.children_of(lasting.process_of("celery"))
    os.kill(schedule, signal.SIGKILL)
    live.wait_until(lambda: workers_that_became_ready(lasting) == before + 1, seconds=20)
    assert lasting.children_of(lasting.process_of("celery")) not in ([], [schedule])


def test_every_process_logs_json_lines_without_secrets_to_the_file(tmp_path):
    log_file = tmp_path / "holdall.log"
    server = prepared.start_server(tmp_path / "data", LOG_FORMAT="json", LOG_FILE=str(log_file))
    try:
        list_objects(server, server.key)
        live.wait_until(lambda: "ready." in log_file.read_text())
    finally:
        server.stop()
    lines = [json.loads(line) for line in log_file.read_text().splitlines()]
    assert {"holdall.access", "celery.apps.worker"} <= {line["logger"] for line in lines}
    assert [line for line in lines if line["logger"] == "holdall.access" and len(line["request_id"]) < 10] == []
    assert "hld_" not in log_file.read_text()
