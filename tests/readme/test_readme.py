"""The README does what it says: its examples run against a live server, its tables name what is there."""

import ast
import os
import re
import subprocess
import sys

import pytest
from django.core.management import get_commands

from tests.readme.documents import README, ROOT, code, executed_blocks, table

LINK = re.compile(r"\]\(([^)#]+)")
READERS = {
    "text",
    "words",
    "networks",
    "writable_file",
    "duration",
    "folder",
    "whole_number",
    "switch",
    "choice",
    "optional_duration",
}


@pytest.fixture
def run(holdall, tmp_path):
    """Run a program as a reader would who has followed the README so far."""
    address = {"BASE_URL": holdall.base_url, "KEY": holdall.key}
    clients = {"RUNLOOP_BASE_URL": holdall.base_url, "RUNLOOP_API_KEY": holdall.key}

    def run_program(*arguments):
        return subprocess.run(
            arguments, cwd=tmp_path, env=os.environ | address | clients, capture_output=True, text=True, check=False
        )

    return run_program


def read_settings():
    """The environment variables that the settings read, each with its default as far as it is a plain value."""
    code = "\n".join((ROOT / "config" / name).read_text() for name in ("settings.py", "sign_in.py", "audit.py"))
    calls = sorted(filter(is_reading, ast.walk(ast.parse(code))), key=lambda call: call.lineno)
    return {call.args[0].value: default_of(call) for call in calls}


def is_reading(node):
    return getattr(getattr(node, "func", None), "id", None) in READERS and isinstance(node.args[0], ast.Constant)


def default_of(call):
    if len(call.args) > 1:
        return ast.literal_eval(call.args[1])[0]
    default = next((keyword.value for keyword in call.keywords if keyword.arg == "default"), None)
    return default.value if isinstance(default, ast.Constant) else None


def as_written(default):
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_the_shell_examples_run_as_written(run):
    shell = run("bash", "-euo", "pipefail", "-c", "\n".join(executed_blocks("bash")))
    assert shell.returncode == 0, shell.stderr
    assert "Hello from Holdall" in shell.stdout
    assert shell.stdout.count('"state":"READ_ONLY"') == 5
    assert shell.stdout.count('"state":"DELETED"') == 1


def test_the_shell_examples_cover_every_call():
    blocks = executed_blocks("bash")
    calls = [
        '/v1/objects"',
        "-T ",
        "/complete",
        '/v1/objects/$id"',
        "?name=",
        "/public",
        "/download",
        "PATCH",
        "DELETE",
    ]
    assert [call in block for call, block in zip(calls, blocks, strict=True)] == [True] * len(calls)


def test_the_python_example_runs_as_written(run):
    (example,) = executed_blocks("python")
    program = run(sys.executable, "-c", example)
    assert program.returncode == 0, program.stderr
    greeting, listed = program.stdout.splitlines()
    assert greeting == "Hello from Python"
    assert listed.endswith(" greeting.txt 17")


def test_the_settings_table_names_every_setting_in_order():
    assert [code(row[0]) for row in table(README, "Settings")] == list(read_settings())


def test_the_settings_table_tells_every_plain_default():
    told = {code(row[0]): code(row[1]) for row in table(README, "Settings")}
    plain = {name: as_written(default) for name, default in read_settings().items() if default not in {None, ""}}
    assert {name: told[name] for name in plain} == plain


def test_the_commands_table_names_every_command():
    ours = {name for name, app in get_commands().items() if app == "objects_app"}
    assert {code(row[0]) for row in table(README, "Commands")} == ours


@pytest.mark.parametrize("name", ["README.md", "docs/errors.md", "docs/deployment.md"])
def test_documents_lead_to_files_that_exist(name):
    document = ROOT / name
    targets = [target for target in LINK.findall(document.read_text()) if "://" not in target]
    assert targets
    assert [target for target in targets if not (document.parent / target).exists()] == []
