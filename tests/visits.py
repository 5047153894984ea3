"""Requests to the ASGI root in the test's own thread, on its own connection to the database."""

import pytest

from objects_app.transfer import threads


@pytest.fixture
def visits_in_this_thread(monkeypatch) -> list[str]:
    """For each visit, what the thread would have been for: files, verbs or pages."""
    visits: list[str] = []

    async def run_here(pool, call):
        visits.append(pool._thread_name_prefix)
        return call()

    monkeypatch.setattr(threads, "_visit", run_here)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return visits
