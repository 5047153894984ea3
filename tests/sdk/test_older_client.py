"""runloop-api-client 1.32.0 passes the same tests: each file runs again in a process that imports the older client."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OLDER_CLIENT = ROOT / ".cache" / "sdk-1.32.0"
VERSION = "import runloop_api_client; print(runloop_api_client.__version__)"
FILES = [
    "test_objects.py",
    "test_lists.py",
    "test_failures.py",
    "test_retries.py",
    "test_storage_objects.py",
    "test_streams.py",
]


def run_with_older_client(*arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment | {"PYTHONPATH": str(OLDER_CLIENT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_older_client_is_the_one_that_answers():
    assert run_with_older_client("-c", VERSION).stdout.strip() == "1.32.0"


@pytest.mark.timeout(600)  # a whole file runs in it
@pytest.mark.parametrize("name", FILES)
def test_the_older_client_passes_the_same_tests(live, name):
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(HERE / name)]
    run = run_with_older_client(*arguments, **live.as_environment())
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
