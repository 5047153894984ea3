"""The first page, the jobs and the settings."""

from datetime import timedelta

import pytest
from django.conf import settings as live_settings
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from objects_app import audit, clock, queue
from objects_app.audit import AuditAction
from objects_app.lifecycle import overview, runs
from objects_app.lifecycle.jobs import JOBS
from objects_app.lifecycle.sweeps import moment_of
from objects_app.lifecycle.verified_seals import Verification
from objects_app.models import AuditEvent, Job, JobRun, State
from tests.factories import make_object, make_person


@pytest.fixture
def hurried(monkeypatch) -> list:
    calls = []
    monkeypatch.setattr(queue, "hurry", lambda job, **arguments: calls.append((job, arguments)))
    return calls


def overview_of(browser):
    return browser.get("/admin/").context["overview"]


def test_the_first_page_tells_what_is_there_and_what_went_wrong(alice, staff_browser):
    make_object(alice, content=b"12345")
    make_object(alice, state=State.UPLOADING)
    make_object(alice, state=State.ERROR)
    audit.record(AuditAction.OBJECT_REFUSED, actor=alice.actor, result="not_allowed", count=41)
    seen = overview_of(staff_browser)
    assert (seen.objects, seen.bytes.value, seen.backlog.open_uploads) == (1, 5, 1)
    assert (seen.failures.value, seen.refusals.value) == (1, 42)
    today = {series.name: series.days[-1][1].value for series in seen.series}
    assert today == {"Objects created": 3, "Downloads": 0, "Refusals and failures": 42}


def test_each_database_counts_floods_as_often_as_they_say(real_database):
    alice = make_person("alice")
    audit.record(AuditAction.OBJECT_REFUSED, actor=alice.actor, result="not_allowed", count=41)
    audit.record(AuditAction.OBJECT_REFUSED, actor=alice.actor, result="not_allowed")
    assert overview.overview().refusals.value == 42


def test_a_number_that_reached_its_bound_is_told_as_at_least(alice, staff_browser, monkeypatch):
    monkeypatch.setattr("objects_app.lifecycle.overview.EVENTS_COUNTED", 2)
    monkeypatch.setattr("objects_app.lifecycle.overview.OBJECTS_SUMMED", 2)
    for _ in range(3):
        make_object(alice, content=b"12345")
    page = staff_browser.get("/admin/").content.decode()
    assert "<strong>3</strong>finished objects" in page
    assert "<strong>≥ 10\xa0bytes</strong>of content" in page
    assert '<td class="hd-number">≥ 2</td>' in page


def test_days_are_ranges_of_ids(alice, staff_browser, set_clock):
    set_clock(days=1)
    make_object(alice)
    created = next(series for series in overview_of(staff_browser).series if series.name == "Objects created")
    assert sum(number.value for _, number in created.days) == 1
    assert len(created.days) == 14


def test_days_that_are_over_are_counted_once(alice, staff_browser, set_clock):
    make_object(alice)
    set_clock(days=3)
    with CaptureQueriesContext(connection) as at_first:
        overview_of(staff_browser)
    caches["process"].delete("overview")
    with CaptureQueriesContext(connection) as later:
        (created, *_) = overview_of(staff_browser).series
    assert len(at_first) - len(later) == 3 * 13
    assert sum(number.value for _, number in created.days) == 1


def test_the_figures_are_made_once_a_minute(alice, staff_browser, django_assert_num_queries):
    first = overview_of(staff_browser)
    make_object(alice)
    with django_assert_num_queries(13):  # who asks and what the menu may show; five kinds of anomalies
        assert overview_of(staff_browser).objects == first.objects


def test_the_first_page_tells_whether_the_chain_is_intact(alice, staff_browser):
    assert "Chain not verified yet" in staff_browser.get("/admin/").content.decode()
    caches["process"].clear()
    runs.run_job("seal_audit", started_by="tests")
    runs.run_job("verify_seals", started_by="tests")
    page = staff_browser.get("/admin/")
    assert page.context["overview"].chain.verified.seals == 1
    assert "Chain intact" in page.content.decode()


def test_the_first_page_tells_that_the_chain_is_damaged(staff_browser, db):
    Job.objects.create(name="verify_seals", cursor=f"|{Verification(moment_of(clock.now()), 3, 2)}")
    page = staff_browser.get("/admin/").content.decode()
    assert "Chain damaged" in page
    assert "2 findings" in page


def test_jobs_are_listed_with_when_they_last_succeeded(staff_browser, db):
    runs.run_job("purge_bytes", started_by="tests")
    rows = {row.name: row for row in staff_browser.get("/admin/jobs/").context["rows"]}
    assert list(rows) == list(JOBS)
    assert rows["purge_bytes"].next_at - rows["purge_bytes"].figures.job.last_ended_at == timedelta(seconds=60)
    assert rows["seal_audit"].next_at is None


def test_a_run_that_staff_ask_for_names_them(staff, staff_browser, hurried):
    staff_browser.post("/admin/jobs/purge_bytes/run/")
    assert hurried == [("purge_bytes", {"started_by": f"staff:{staff.email}"})]
    event = AuditEvent.objects.get(action="job.asked_for")
    assert (event.target_id, event.actor_label, event.via) == ("purge_bytes", staff.email, "admin")


def test_a_dry_run_tells_what_would_go_and_changes_nothing(alice, staff_browser, set_clock):
    upload = make_object(alice, "abandoned", state=State.UPLOADING)
    set_clock(days=2)
    page = staff_browser.post("/admin/jobs/expire_stale_uploads/try/")
    assert [found.id for found in page.context["found"]] == [upload.pk]
    assert "would handle 1<" in page.content.decode()
    upload.refresh_from_db()
    assert (upload.state, JobRun.objects.count()) == (State.UPLOADING, 0)


@pytest.mark.parametrize(
    "address", ["/admin/jobs/nothing/run/", "/admin/jobs/x/try/", "/admin/jobs/remove_orphans/try/"]
)
def test_there_is_no_such_run(staff_browser, hurried, address):
    assert staff_browser.post(address).status_code == 404
    assert hurried == []


@pytest.mark.parametrize("address", ["/admin/jobs/purge_bytes/run/", "/admin/jobs/purge_bytes/try/"])
def test_looking_starts_nothing(staff_browser, hurried, address):
    assert staff_browser.get(address).status_code == 405
    assert hurried == []


def test_settings_tell_their_value_and_where_it_comes_from(staff_browser):
    groups = staff_browser.get("/admin/settings/").context["groups"]
    values = {setting.name: setting.value for settings in groups.values() for setting in settings}
    assert set(values) == set(live_settings.READINGS)
    assert values["UPLOAD_LIFETIME"] == live_settings.READINGS["UPLOAD_LIFETIME"].value


def test_a_secret_is_masked_and_so_is_whatever_is_new(staff_browser, settings):
    reading = type(settings.READINGS["ADDRESS"])
    secrets = {
        "SECRET_KEY": "s3cr3t-a",
        "S3_SECRET_ACCESS_KEY": "s3cr3t-b",
        "OIDC_CLIENT_SECRET": "s3cr3t-c",
        "EMAIL_URL": "smtp://me:s3cr3t-d@mail",
        "METRICS_TOKEN": "s3cr3t-e",
        "A_NEW_SETTING": "s3cr3t-f",
        "DATABASE_URL": "postgresql://me:s3cr3t-g@db.example:5432/holdall?password=s3cr3t-h",
        "REDIS_URL": "redis://:s3cr3t-i@cache:6379/0",
        "S3_ENDPOINT_URL": "https://s3cr3t-j@[bad/",
    }
    settings.READINGS = settings.READINGS | {name: reading(value, True) for name, value in secrets.items()}
    page = staff_browser.get("/admin/settings/").content.decode()
    assert "s3cr3t" not in page
    assert "postgresql://db.example:5432/holdall" in page
    assert "A_NEW_SETTING" in page


def test_no_secret_of_this_process_stands_on_the_page(staff_browser):
    page = staff_browser.get("/admin/settings/").content.decode()
    assert live_settings.SECRET_KEY not in page


@pytest.mark.parametrize("address", ["/admin/", "/admin/jobs/", "/admin/settings/", "/admin/exports/"])
def test_a_member_sees_none_of_it(alice_browser, address):
    assert alice_browser.get(address, follow=True).status_code == 403
