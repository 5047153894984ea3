"""Callers besides Alice and Bob: what the other keys of Alice's account may do."""

import pytest

from objects_app.operations import keys
from tests.factories import OPERATOR, Api


def key_with(person, *scopes: str) -> str:
    _, secret = keys.create_key(person.account, name="limited", actor=OPERATOR, scopes=scopes)
    return secret


@pytest.fixture
def reader_api(alice) -> Api:
    return Api(key_with(alice, "objects:read"))


@pytest.fixture
def writer_api(alice) -> Api:
    return Api(key_with(alice, "objects:write"))
