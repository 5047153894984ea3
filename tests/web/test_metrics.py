"""`/metrics`: what Prometheus reads, and who else does not."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families

from objects_app import clock
from objects_app.lifecycle import figures, runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.models import State
from tests.factories import make_object, put_bytes

TOKEN = "a-token-of-some-length"


@pytest.fixture
def read(client, settings, db):
    """The figures by name and job."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[tuple[str, str], float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        return {(s.name, s.labels.get("job", "")): s.value for family in families for s in family.samples}

    return read


def sweep(job: str) -> None:
    runs.run(JOBS[job], before=clock.now(), started_by="tests", longest=timedelta(minutes=1))


def test_without_a_token_in_the_settings_there_is_no_such_page(client, db):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"])
def test_whoever_shows_another_token_is_refused(client, settings, db, shown):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": shown})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b"holdall_" not in answer.content


def test_open_and_stale_uploads_are_told(read, alice, set_clock):
    set_clock(hours=0)
    make_object(alice, state=State.UPLOADING)
    make_object(alice)
    set_clock(hours=25)
    found = read()
    names = ("open_uploads", "stale_uploads", "oldest_upload_seconds")
    assert [found[f"holdall_{name}", ""] for name in names] == [1, 1, 25 * 3600]


def test_what_a_sweep_did_is_counted(read, alice):
    put_bytes(make_object(alice, state=State.UPLOADING), b"hello")
    sweep("expire_stale_uploads")
    found = read()
    names = ("runs_total", "failures_total", "rows_total", "bytes_total")
    assert [found[f"holdall_job_{name}", "expire_stale_uploads"] for name in names] == [1, 0, 1, 5]


def test_the_age_of_a_job_counts_from_its_last_good_run(read, set_clock):
    set_clock(hours=0)
    sweep("purge_bytes")
    set_clock(hours=1)
    found = read()
    assert found["holdall_job_age_seconds", "purge_bytes"] == 3600
    assert ("holdall_job_age_seconds", "remove_parts") not in found


def test_every_job_is_told_before_its_first_run(read):
    found = read()
    assert all(found["holdall_job_runs_total", job] == 0 for job in JOBS)


def test_reading_the_figures_takes_the_same_few_queries_however_much_there_is(read, alice, django_assert_num_queries):
    for _ in range(3):
        make_object(alice, state=State.UPLOADING)
    sweep("expire_stale_uploads")
    with django_assert_num_queries(8):
        read()


def test_a_database_that_is_away_is_for_now(client, settings, db, monkeypatch):
    def fail():
        raise OperationalError("gone")

    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(figures, "backlog", fail)
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
