"""Browsers of the people."""

import pytest
from django.test import Client


@pytest.fixture
def alice_browser(alice) -> Client:
    browser = Client()
    browser.force_login(alice.user)
    return browser


@pytest.fixture
def bob_browser(bob) -> Client:
    browser = Client()
    browser.force_login(bob.user)
    return browser


@pytest.fixture
def viewer_browser(alice, alice_browser) -> Client:
    """Alice's, after she was made a viewer of her account."""
    alice.membership.role = "viewer"
    alice.membership.save(update_fields=["role"])
    return alice_browser
