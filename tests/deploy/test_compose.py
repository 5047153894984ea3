"""compose.yaml: services that `manage.py` knows, no secret with a default, and the step that makes the bucket."""

import os
import re
import subprocess
import sys

import pytest
import yaml
from django.core.management import get_commands

from tests import live

TEXT = (live.ROOT / "compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
EXAMPLE = (live.ROOT / "deploy" / ".env.example").read_text()
SECRETS = {
    "SECRET_KEY",
    "METRICS_TOKEN",
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
}
IS_SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|KEY|AUTH")


def test_every_command_of_the_image_is_one_of_manage_py():
    ours = {name: each for name, each in SERVICES.items() if each["image"] == "holdall" and "entrypoint" not in each}
    assert {each["command"][0] for each in ours.values()} == {"setup", "web", "worker", "beat"}
    assert {each["command"][0] for each in ours.values()} <= get_commands().keys()


def test_no_secret_has_a_default():
    used = re.findall(r"\$\{(\w+)([^}]*)\}", TEXT)
    assert {name for name, _ in used if IS_SECRET.search(name)} == SECRETS
    assert all(rest.startswith(":?") for name, rest in used if name in SECRETS)


def test_no_secret_is_written_down():
    environments = [each.get("environment", {}) for each in SERVICES.values()]
    written = [v for each in environments for name, v in each.items() if IS_SECRET.search(name) and "${" not in v]
    assert written == []


def test_the_example_names_every_variable_and_no_secret():
    given = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if line and not line.startswith("#"))
    assert given.keys() == set(re.findall(r"\$\{(\w+)", TEXT))
    assert {name for name, value in given.items() if not value} == SECRETS


def test_the_example_holds_the_defaults():
    given = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if line and not line.startswith("#"))
    defaults = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))
    assert {name: given[name] for name in defaults} == defaults


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_a_service_waits_for_exists_and_can_tell_that_it_is_ready(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_completed_successfully":
            assert SERVICES[other]["restart"] == "no"
        else:
            assert other == "web" or "test" in SERVICES[other]["healthcheck"]  # that of web is in the image


def test_only_the_proxy_and_the_store_are_reached_from_this_machine_and_from_no_other():
    published = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}
    assert published.keys() == {"nginx", "store"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_volume_and_network_is_declared():
    named = {v.split(":")[0] for each in SERVICES.values() for v in each.get("volumes", []) if not v.startswith(".")}
    assert named == COMPOSE["volumes"].keys()
    assert {name for each in SERVICES.values() for name in each["networks"]} == COMPOSE["networks"].keys()


def test_the_bucket_is_made_once(moto):
    environment = os.environ | {
        "ENDPOINT": moto.url,
        "BUCKET": f"made-by-compose-{os.getpid()}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "anybody",
        "AWS_SECRET_ACCESS_KEY": "anything",
    }
    for _ in range(2):
        subprocess.run([sys.executable, "-c", SERVICES["bucket"]["command"][0]], env=environment, check=True)
    assert environment["BUCKET"] in [found["Name"] for found in moto.client.list_buckets()["Buckets"]]
    moto.client.delete_bucket(Bucket=environment["BUCKET"])
