"""Generated requests to a real server, from the committed OpenAPI file: every answer is one that the file promises.

FUZZ_CASES says how many there are at least: each operation gets its share in the fuzzing and stateful phases, and the
coverage phase adds what it finds at the borders of the schema.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import ROOT, LiveServer

CONFIG = Path(__file__).with_name("schemathesis.toml")
CASES = int(os.environ.get("FUZZ_CASES", "500"))
OPERATIONS = 18
SECONDS = 300 + CASES // 5


def schemathesis(holdall: LiveServer, folder: Path) -> tuple[dict, str]:
    """Its report, and what it printed. It runs as a process, whose threads and warnings are no business of this one."""
    command = [Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG]
    command += ["run", ROOT / "docs" / "openapi.yaml", "--url", holdall.base_url, "--no-color"]
    command += ["--header", f"Authorization: Bearer {holdall.key}", "--max-examples", str(CASES // OPERATIONS)]
    command += ["--report-json-path", folder / "report.json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return json.loads((folder / "report.json").read_text()), run.stdout + run.stderr


@pytest.mark.timeout(SECONDS)
def test_every_answer_to_generated_requests_is_as_the_openapi_file_says(holdall, tmp_path):
    report, printed = schemathesis(holdall, tmp_path)
    assert report["failures"] == [], printed
    assert report["errors"] == [], printed
    assert report["complete"], printed
    assert report["operations"]["tested"] == OPERATIONS
    assert {phase["status"] for phase in report["phases"].values()} == {"success"}
    assert report["test_cases"]["generated"] >= CASES
