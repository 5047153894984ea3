"""Processes whose clocks disagree: the database's alone says what is due, and no mtime makes a blob an orphan (X26)."""

import os
import time

import pytest
from django.utils import timezone

from objects_app import clock
from objects_app.lifecycle import leftovers
from objects_app.storage import get_storage
from tests import live
from tests.faults.world import BODY
from tests.transfer.people import Client

TEN_MINUTES = 600.0
YEAR = 365 * 24 * 3600


@pytest.mark.parametrize("skew", [TEN_MINUTES, -TEN_MINUTES], ids=["ahead", "behind"])
def test_a_worker_whose_clock_is_wrong_deletes_nothing_early(holdall, skew):
    alice = Client(holdall)
    upload, kept = alice.begin(), alice.store(BODY, ttl_ms=300_000)
    wrong = {"DJANGO_SETTINGS_MODULE": "tests.faults.skewed", "SKEW_SECONDS": str(skew), "UPLOAD_LIFETIME": "5m"}
    live.manage("sweep", environment=holdall.environment | wrong)
    shown = {each.id: alice.http.get(f"/v1/objects/{each.id}").json()["state"] for each in (upload, kept)}
    alice.http.close()
    assert shown == {upload.id: "UPLOADING", kept.id: "READ_ONLY"}


@pytest.mark.parametrize("skew", [TEN_MINUTES, -TEN_MINUTES], ids=["ahead", "behind"])
def test_a_web_server_whose_clock_is_wrong_judges_urls_by_the_database_s(sqlite_world, settings, monkeypatch, skew):
    settings.UPLOAD_URL_LIFETIME = timezone.timedelta(minutes=5)
    target, real = sqlite_world.created(), time.time
    monkeypatch.setattr(time, "time", lambda: real() + skew)
    assert sqlite_world.front.ask("PUT", target.url, BODY).status == 200
    assert sqlite_world.complete(target).status == 200
    url = sqlite_world.call("GET", f"/{target.id}/download?duration_seconds=60").json()["download_url"]
    assert sqlite_world.front.ask("GET", url).body == BODY


@pytest.mark.parametrize("ahead", [YEAR, -YEAR], ids=["future", "past"])
def test_no_mtime_makes_an_orphan_of_a_blob_that_is_named_or_held(sqlite_world, ahead):
    sqlite_world.staged()
    sqlite_world.completed()
    writer = get_storage().create()
    writer.commit()
    moment = time.time() + ahead
    for path in sqlite_world.disk.folder.glob("??/*"):
        os.utime(path, (moment, moment))
    before = sqlite_world.files()
    sqlite_world.front.work(lambda: leftovers.remove_orphans(before=clock.now()))
    assert sqlite_world.files() == before
    writer.release()
