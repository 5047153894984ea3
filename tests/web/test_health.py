"""What load balancers ask."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from objects_app.errors import StorageUnavailable


def test_the_process_is_alive_without_asking_the_database():
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_the_service_is_ready_when_database_and_storage_answer(db):
    response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_storage_out_of_reach_is_named(db, blobs, monkeypatch):
    def fail():
        raise StorageUnavailable("secret address")

    monkeypatch.setattr(blobs, "free_bytes", fail)
    response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "unavailable", "failed": ["storage"]})


@pytest.mark.parametrize(("free", "status"), [(0, 503), (1024 * 1024 - 1, 503), (1024 * 1024, 200), (None, 200)])
def test_a_storage_without_room_for_even_a_small_object_is_not_ready(db, blobs, monkeypatch, free, status):
    monkeypatch.setattr(blobs, "free_bytes", lambda: free)
    assert Client().get("/readyz").status_code == status


def test_a_database_out_of_reach_is_named(db):
    def fail(*_):
        raise OperationalError("password=secret")

    with connection.execute_wrapper(fail):
        response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "unavailable", "failed": ["database"]})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_answer_is_never_cached(db, path):
    assert "no-store" in Client().get(path).headers["Cache-Control"]
