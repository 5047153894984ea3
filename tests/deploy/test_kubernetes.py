"""The manifests: valid for Kubernetes, complete, and each container as bare of rights as it can be."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from django.core.management import get_commands

from tests import live

FOLDER = live.ROOT / "deploy" / "kubernetes"
KUSTOMIZATIONS = sorted(FOLDER.rglob("kustomization.yaml"))
FILES = sorted(set(FOLDER.rglob("*.yaml")) - set(KUSTOMIZATIONS))
VERSION = "1.32"
BARE = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


BASE = [each for path in FILES if path.parent.name == "base" for each in documents(path)]
WITH_PODS = [each for each in BASE if "template" in each.get("spec", {})]
PODS = {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in WITH_PODS}


def names(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_manifest_is_valid(path):
    for document in documents(path):
        kubernetes_validate.validate(document, VERSION, strict=True)


@pytest.mark.parametrize("path", KUSTOMIZATIONS, ids=names)
def test_a_kustomization_lists_exactly_the_files_beside_it(path):
    (kustomization,) = documents(path)
    listed = [*kustomization["resources"], *(patch["path"] for patch in kustomization.get("patches", []))]
    beside = {each.name for each in path.parent.iterdir()} - {path.name}
    assert sorted(name for name in listed if name != "../base") == sorted(beside)


def test_the_example_changes_what_the_base_has():
    base = {(each["kind"], each["metadata"]["name"]) for each in BASE}
    changed = {(d["kind"], d["metadata"]["name"]) for p in FILES if p.parent.name == "example" for d in documents(p)}
    assert changed <= base


def test_every_pod_runs_a_command_of_manage_py():
    commands = {container["args"][0] for pod in PODS.values() for container in pod["containers"]}
    assert commands == {"setup", "web", "worker", "beat"} <= get_commands().keys()


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_no_right_that_it_does_not_need(name):
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert [container["securityContext"] for container in pod["containers"]] == [BARE]


@pytest.mark.parametrize("name", PODS)
def test_a_pod_says_what_it_needs_and_what_it_may_take(name):
    (container,) = PODS[name]["containers"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


def test_the_web_server_is_probed_for_life_and_for_readiness():
    (container,) = PODS["holdall-web"]["containers"]
    probes = {kind: container[kind]["httpGet"]["path"] for kind in container if kind.endswith("Probe")}
    assert probes == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}


def test_there_is_one_beat_at_a_time():
    (beat,) = [each for each in BASE if each["kind"] == "Deployment" and each["metadata"]["name"] == "holdall-beat"]
    assert (beat["spec"]["replicas"], beat["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_the_secret_is_an_example_without_values():
    (secret,) = documents(FOLDER / "secret.example.yaml")
    assert set(secret["stringData"].values()) == {""}
