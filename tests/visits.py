"""Requests to the ASGI root in the test's own thread, on its own connection to the database."""

import pytest

from objects_app.transfer import threads


@pytest.fixture
def visits_in_this_thread(monkeypatch):
    async def run_here(_pool, call):
        return call()

    monkeypatch.setattr(threads, "_visit", run_here)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
