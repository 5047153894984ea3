"""The rules of this code that a machine can check."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = sorted(
    path
    for folder in ("config", "objects_app")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
TESTS = sorted(set((ROOT / "tests").rglob("*.py")) - {Path(__file__)})  # this one spells out what it forbids
DOORS = {"admin", "api", "management", "tasks.py", "transfer", "web"}
UNSCOPED = {"access.py", "totals.py", "admin", "backups", "lifecycle", "management", "models", "operations"}
REQUEST_ITSELF = {"request_id.py"}  # the middleware that names every request
SLEEPING = {  # a file, and what it sleeps for
    "tests/crash/writers.py": "plays a client that asks again after a while",
    "tests/live.py": "asks another process until it answers",
    "tests/postgres_server.py": "watches the test run",
    "tests/transfer/test_patience.py": "plays a client that takes its time",
    "tests/transfer/test_threads.py": "hands the event loop on, for no time at all",
}
UNESCAPED = {  # a file, and why its mark_safe, |safe or csrf_exempt is right
    "objects_app/previews/sanitising.py": "nh3 has left only the elements and attributes that are named there",
    "objects_app/templatetags/object_rows.py": "each value of a row is escaped by hand, in half the time",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def part_of(path: Path) -> str:
    """The file or folder right below objects_app."""
    return path.relative_to(ROOT).parts[1]


def below_the_doors() -> list[Path]:
    return [
        p for p in CODE if p.relative_to(ROOT).parts[0] == "objects_app" and part_of(p) not in DOORS | REQUEST_ITSELF
    ]


def attributes(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def tracked_files() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = [ROOT / name for name in names.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def test_every_import_leads_downwards():
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, check=False, text=True)
    assert result.returncode == 0, result.stdout


def test_nothing_below_the_doors_knows_of_requests():
    knowing = {name_of(path) for path in below_the_doors() if any(n.startswith("django.http") for n in imports(path))}
    assert knowing == set()


def test_objects_are_read_through_access_everywhere_else():
    unscoped = {
        name_of(path)
        for path in CODE
        if part_of(path) not in UNSCOPED
        and attributes(path) & {"StoredObject.objects", "StoredObject._default_manager", "StoredObject._base_manager"}
    }
    assert unscoped == set()


def test_only_verbs_open_transactions():
    allowed = {"backups", "operations", "lifecycle", "queue.py"}
    opening = {
        name_of(p) for p in below_the_doors() if "transaction.atomic" in attributes(p) and part_of(p) not in allowed
    }
    assert opening == set()


def test_nothing_is_put_into_a_page_unescaped_and_no_form_is_unprotected():
    pattern = re.compile(r"mark_safe|SafeString|\|\s*safe\b|csrf_exempt|autoescape off")
    pages = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    found = {name_of(path) for path in [*CODE, *pages] if pattern.search(path.read_text())}
    assert found == set(UNESCAPED)


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_files_and_functions_are_small(path):
    assert len(path.read_text().splitlines()) <= 300
    long = {node.name for node in functions(path) if node.end_lineno - node.lineno >= 40}
    assert long == set()


def test_no_function_is_complex():
    ruff = Path(sys.executable).with_name("ruff")
    command = [
        ruff,
        "check",
        "--isolated",
        "--no-cache",
        "--select",
        "C901",
        "--config",
        "lint.mccabe.max-complexity=8",
    ]
    result = subprocess.run([*command, *CODE], capture_output=True, check=False, text=True)
    assert result.returncode == 0, result.stdout


def test_no_test_sleeps():
    sleeping = {name_of(path) for path in TESTS if {"time.sleep", "asyncio.sleep"} & (attributes(path) | imports(path))}
    assert sleeping == SLEEPING.keys()


def test_nothing_is_left_for_later_in_the_code():
    pattern = re.compile(r"#.*\b(?:TO" + "DO|FIX" + r"ME|XXX|HACK)\b")
    assert {name_of(path) for path in [*CODE, *TESTS] if pattern.search(path.read_text())} == set()


def test_every_module_says_what_lives_there():
    silent = {name_of(p) for p in CODE if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))}
    assert silent == set()


@pytest.mark.parametrize("line", ["see /home/" + "somebody/x", "in /ro" + "ot/y", "at /wo" + "rk/main"])
def test_a_path_of_one_machine_is_noticed(line):
    assert MACHINE.search(line)


MACHINE = re.compile(r"(?<![\w.}/-])/(?:ro" + r"ot|wo" + r"rk|home/\w+|Users/\w+)/")
REGISTRY = re.compile(r"https?://[^\s\"']*(?:index|simple|pypi|artifact|nexus|registry)[^\s\"']*", re.IGNORECASE)
PUBLIC = re.compile(r"https://(?:pypi\.org|files\.pythonhosted\.org)/")


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine():
    found = set()
    for path in tracked_files():
        text = path.read_text(errors="replace")
        unusual = [url for url in REGISTRY.findall(text) if not PUBLIC.match(url)]
        if unusual or MACHINE.search(text):
            found.add(name_of(path))
    assert found == set()
