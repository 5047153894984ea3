"""Dependencies are pinned with hashes, and no lock holds an address that works only for whoever wrote it."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pip._internal.models.index import PyPI

ROOT = Path(__file__).parent.parent
LOCKS = [
    ROOT / "requirements.lock",
    ROOT / "requirements-dev.lock",
    ROOT / "tests" / "sdk" / "requirements-1.32.0.lock",
]
LOCKED = re.compile(r"^[a-z0-9-]+==\S+( ; [^\\]+)? (\\\n +--hash=sha256:[0-9a-f]{64} ?)+$")


def requirements(lock: Path) -> list[str]:
    """Each requirement with its continued lines, without comments."""
    text = re.sub(r"^ *#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    return re.split(r"\n(?=\S)", text.strip())


def names(lock: Path) -> set[str]:
    return {requirement.partition("==")[0] for requirement in requirements(lock)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_and_hashed(lock):
    assert [requirement for requirement in requirements(lock) if not LOCKED.fullmatch(requirement)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_for_pip_holds_no_address_and_no_option(lock):
    assert re.findall(r"\S*(?:://| @ |file:)\S*|^-.*", lock.read_text(), re.MULTILINE) == []


def test_the_source_of_the_locks_knows_the_public_index_alone():
    urls = re.findall(r'"(\w+://[^"]*)"', (ROOT / "uv.lock").read_text())
    assert {url for url in urls if urlsplit(url).netloc != PyPI.file_storage_domain} == {PyPI.simple_url}


def test_the_locks_for_pip_are_what_the_source_says():
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    versions = {f"{package['name']}=={package['version']}" for package in packages}
    pinned = {requirement.split()[0] for lock in LOCKS[:2] for requirement in requirements(lock)}
    assert pinned - versions == set()


def test_the_development_lock_holds_the_runtime_lock():
    assert set(requirements(LOCKS[0])) - set(requirements(LOCKS[1])) == set()


def test_what_only_tests_need_is_not_served():
    assert names(LOCKS[0]) & {"pytest", "ruff", "mypy", "hypothesis"} == set()
