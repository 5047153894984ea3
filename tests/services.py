"""Programs that some tests need beside Python. Without one a test is skipped; where REQUIRE_SERVICES is 1 it fails."""

import os
from typing import NoReturn

import pytest


def is_missing(what: str) -> NoReturn:
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what}, and REQUIRE_SERVICES is 1", pytrace=False)
    pytest.skip(what)
