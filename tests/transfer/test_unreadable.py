"""A download whose bytes cannot be read: told before anything is sent, and broken off where it comes too late."""

import os
from datetime import timedelta

import orjson
import pytest

from objects_app.errors import StorageUnavailable
from objects_app.operations.downloads import issue_download_url
from tests.asgi import send
from tests.factories import make_object

pytestmark = pytest.mark.usefixtures("visits_in_this_thread")


def url_of(person, content: bytes) -> str:
    stored_object = make_object(person, content=content)
    return issue_download_url(stored_object, actor=person.actor, expires_in=timedelta(hours=1))


def fail_from(monkeypatch, reading: int) -> None:
    """Every reading of bytes from this one on fails."""
    done, really_read = [], os.pread

    def pread(*args):
        done.append(args)
        if len(done) >= reading:
            raise OSError(5, "Input/output error")
        return really_read(*args)

    monkeypatch.setattr(os, "pread", pread)


def test_bytes_that_cannot_be_read_at_all_are_unavailable(alice, disk, monkeypatch):
    url = url_of(alice, b"hello")
    fail_from(monkeypatch, 1)
    status, body = send("GET", url)
    assert (status, orjson.loads(body)["code"]) == (503, StorageUnavailable.code)


def test_a_download_that_cannot_be_read_to_its_end_is_broken_off(alice, disk, monkeypatch):
    url = url_of(alice, b"x" * 200_000)
    fail_from(monkeypatch, 2)
    status, body = send("GET", url)
    assert status == 200
    assert len(body) < 200_000
