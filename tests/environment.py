"""The settings of a test process: a plugin, because pytest-django reads them before conftest.py could set any."""

import os
import shutil
import tempfile

FOLDER = tempfile.mkdtemp(prefix="holdall-tests-")
os.environ |= {"DATA_DIR": FOLDER, "OBJECT_STORAGE": "memory", "THROTTLE_ENABLED": "false"}


def pytest_unconfigure():
    shutil.rmtree(FOLDER, ignore_errors=True)
