"""Staff and their browsers."""

import pytest
from django.test import Client

from objects_app.models import User
from tests.factories import make_staff


def _browser(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def staff(db) -> User:
    return make_staff("operator")


@pytest.fixture
def staff_browser(staff) -> Client:
    return _browser(staff)


@pytest.fixture
def superuser_browser(db) -> Client:
    return _browser(make_staff("superuser"))


@pytest.fixture
def alice_browser(alice) -> Client:
    return _browser(alice.user)


@pytest.fixture
def browser_of(db):
    """`browser_of("auditor")` is the browser of staff in that role."""
    return lambda role: _browser(make_staff(role))
