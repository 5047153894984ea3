"""The image that is built from the Dockerfile, as far as it can be judged without building it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import live, services

DOCKERFILE = (live.ROOT / "Dockerfile").read_text()
IGNORED = (live.ROOT / ".dockerignore").read_text().splitlines()


def test_the_dockerfile_passes_its_linter():
    beside_python = str(Path(sys.executable).parent / "hadolint")
    hadolint = shutil.which(beside_python) or shutil.which("hadolint") or services.is_missing("hadolint is not here")
    result = subprocess.run([hadolint, str(live.ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_everything_that_is_copied_exists_and_is_not_ignored():
    lines = [line.split() for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line]
    copied = {source for _, *sources, _ in lines for source in sources}
    assert copied == {line.removeprefix("!") for line in IGNORED if line.startswith("!")}
    assert all((live.ROOT / source).exists() for source in copied)


def test_what_is_not_named_stays_out_of_the_image():
    assert next(line for line in IGNORED if not line.startswith("#")) == "*"


@pytest.mark.parametrize("line", ["USER 10001:10001", "STOPSIGNAL SIGTERM", "EXPOSE 8000", "VOLUME /data"])
def test_the_image_runs_as_nobody_special_and_ends_when_asked(line):
    assert line in DOCKERFILE.splitlines()


def test_dependencies_are_installed_by_their_hashes_alone():
    assert "--require-hashes" in DOCKERFILE
    assert DOCKERFILE.count("pip install") == 1
