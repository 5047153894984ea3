"""How often a download goes to another thread: each visit takes longer than what a small one does there."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from objects_app.errors import StorageUnavailable
from objects_app.models import AuditEvent
from objects_app.operations import downloads
from objects_app.storage import disk_files
from objects_app.transfer import threads
from tests.asgi import answer_to
from tests.factories import make_object

HOUR = timedelta(hours=1)
KNOWN = (b"if-none-match", b"*")
PART = (b"range", b"bytes=0-1")
BAD_PART = (b"range", b"bytes=9-")
UNREADABLE = (b"x-means", b"its disk fails")


@pytest.fixture
def url(alice, disk):
    return downloads.issue_download_url(make_object(alice, content=b"hello"), actor=alice.actor, expires_in=HOUR)


@pytest.fixture
def _front_server(settings, trust):
    settings.X_ACCEL_LOCATION = "/_objects/"
    trust("127.0.0.1")


def results() -> list[str]:
    return list(AuditEvent.objects.filter(action="object.content_downloaded").values_list("result", flat=True))


def test_a_small_one_is_read_where_it_was_opened_and_recorded_once_it_was_sent(url, visits_in_this_thread):
    assert answer_to("GET", url)[::2] == (200, b"hello")
    assert visits_in_this_thread == ["verbs", "verbs"]
    assert results() == ["ok"]


@pytest.mark.usefixtures("_front_server")
@pytest.mark.parametrize("headers", [(), (PART,)])
def test_what_the_front_server_sends_is_recorded_where_it_was_opened(url, visits_in_this_thread, headers):
    status, answered, body = answer_to("GET", url, *headers)
    assert (status, body, answered["x-accel-redirect"].startswith("/_objects/")) == (200, b"", True)
    assert visits_in_this_thread == ["verbs"]
    assert results() == ["handed over"]


@pytest.mark.usefixtures("_front_server")
@pytest.mark.parametrize(
    ("method", "headers", "status"), [("HEAD", (), 200), ("GET", (KNOWN,), 304), ("GET", (KNOWN, BAD_PART), 304)]
)
def test_what_sends_no_content_is_one_visit_and_no_record(url, visits_in_this_thread, method, headers, status):
    assert answer_to(method, url, *headers)[0] == status
    assert visits_in_this_thread == ["verbs"]
    assert results() == []


@pytest.mark.usefixtures("visits_in_this_thread")
@pytest.mark.parametrize(
    ("headers", "status"), [((), 200), ((PART,), 206), ((KNOWN,), 304), ((BAD_PART,), 416), ((UNREADABLE,), 503)]
)
def test_whatever_comes_of_a_download_its_file_is_closed(url, disk, monkeypatch, headers, status):
    if UNREADABLE in headers:
        monkeypatch.setattr(disk_files.DiskReader, "read_at", fails)
    before = open_files_of(disk)
    assert answer_to("GET", url, *headers)[0] == status
    assert open_files_of(disk) == before


@pytest.mark.usefixtures("visits_in_this_thread")
def test_who_is_cancelled_while_a_thread_opens_the_file_leaves_none_open(url, disk, monkeypatch):
    visit = threads._visit

    async def cancelled(pool, call):
        await visit(pool, call)
        raise asyncio.CancelledError

    monkeypatch.setattr(threads, "_in_turn", cancelled)
    with pytest.raises(asyncio.CancelledError):
        answer_to("GET", url)
    assert open_files_of(disk) == []


def fails(*_):
    raise StorageUnavailable


def open_files_of(disk) -> list[Path]:
    places = [each.resolve() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return sorted(place for place in places if place.is_relative_to(disk.folder))
