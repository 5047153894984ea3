"""A tied process ends with its parent, with the kernel's help or by watching."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import live

ROOT = Path(__file__).parents[2]
# A parent that starts a tied child, lets it say its id, and dies without a word to it.
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())], stdout=subprocess.PIPE, text=True)
print(child.pid, child.stdout.readline(), flush=True)
os._exit(9)
"""
TIED = """
import sys, time
from objects_app import processes
{}
processes.die_with_parent(int(sys.argv[1]))
print("tied", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    "preparation",
    ["pass", "processes._ask_the_kernel = lambda: False; processes.WATCHED_EVERY_SECONDS = 0.01"],
    ids=["kernel", "watching"],
)
def test_a_tied_process_ends_with_its_parent(preparation):
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, TIED.format(preparation)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        check=False,
    )
    said = parent.stdout.split()
    assert said[1] == "tied"
    live.wait_until(lambda: not live.is_running(int(said[0])), seconds=20)


def test_a_process_whose_parent_died_before_it_asked_ends_at_once():
    ended = subprocess.run([sys.executable, "-m", "objects_app.processes", "1", "this"], cwd=ROOT, check=False)
    assert ended.returncode == -9


def test_a_process_started_by_hand_is_not_tied():
    code = "from objects_app import processes; processes.die_with_parent(); print(processes.threading.active_count())"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).strip() == "1"


def test_a_tied_program_gets_its_own_arguments():
    tied = [sys.executable, "-m", "objects_app.processes", str(os.getpid()), "json.tool", "--compact"]
    assert subprocess.check_output(tied, cwd=ROOT, input='{"a": 1}', text=True).strip() == '{"a":1}'
