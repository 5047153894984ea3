"""The settings of a test process: a plugin, because pytest-django reads them before conftest.py could set any.

TEST_DATABASE=postgresql runs every test on PostgreSQL that does not choose its database itself.
The processes of one test run share a folder, which the process that began it makes and removes.
"""

import gc
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

FOLDER = tempfile.mkdtemp(prefix="holdall-tests-")
SESSION = Path(os.environ.setdefault("HOLDALL_TESTS_SESSION", FOLDER))
BEGAN_BY = int(os.environ.setdefault("HOLDALL_TESTS_BEGAN_BY", str(os.getpid())))
ON_POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"
os.environ |= {"DATA_DIR": FOLDER, "OBJECT_STORAGE": "memory", "THROTTLE_ENABLED": "false"}

# Tests start hundreds of processes, which else would compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# No test trusts an authority: to load those of the world takes longer than most requests, for every client of httpx.
os.environ |= {"SSL_CERT_DIR": FOLDER}
os.environ.pop("SSL_CERT_FILE", None)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests():
    """A wrapper, so that it comes before pytest-django, which reads the settings here."""
    if ON_POSTGRESQL:
        from tests import postgres

        os.environ |= {"DATABASE_URL": postgres.url(), "SECRET_KEY": secrets.token_hex(32)}
    return (yield)


def pytest_collection_finish():
    """What was collected stays to the end: no later collection of garbage, and no fork, has to touch it."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure():
    shutil.rmtree(FOLDER, ignore_errors=True)
