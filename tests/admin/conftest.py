"""Staff and their browsers."""

import pytest
from django.test import Client

from objects_app.models import User


def _browser(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def staff(db) -> User:
    return User.objects.create_user("staff@example.com", is_staff=True)


@pytest.fixture
def staff_browser(staff) -> Client:
    return _browser(staff)


@pytest.fixture
def superuser_browser(db) -> Client:
    return _browser(User.objects.create_superuser("root@example.com"))


@pytest.fixture
def alice_browser(alice) -> Client:
    return _browser(alice.user)
