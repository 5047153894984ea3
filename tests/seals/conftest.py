"""A trail to tamper with, on each database."""

import pytest

from objects_app.models import AuditSeal
from tests.seals import tampering


@pytest.fixture
def unguarded(real_database):
    """A database without its triggers."""
    tampering.take_triggers_away()
    yield real_database
    tampering.put_triggers_back()


@pytest.fixture
def chain(unguarded) -> list[AuditSeal]:
    """Three seals over three events each, and two events that are not sealed."""
    made = tampering.make_seals(3, 3, 3)
    tampering.record(2)
    return made
