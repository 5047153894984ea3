"""The trail to take away: at once, or as an object that a worker writes."""

import csv
import io

import orjson
import pytest
from django.core.management import call_command

from objects_app import clock, event_files, queue, trail
from objects_app.lifecycle import exports as sweeps
from objects_app.lifecycle import runs
from objects_app.models import AuditEvent, ExportRun, Membership, Role, State, StoredObject, User
from objects_app.operations import exports
from objects_app.storage import get_storage
from tests.factories import make_object

ALL = "/admin/export-events/"


@pytest.fixture(autouse=True)
def _connections_stay(monkeypatch):
    monkeypatch.setattr(event_files, "close_old_connections", lambda: None)


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    monkeypatch.setattr(sweeps, "CHUNK", 2)


@pytest.fixture
def hurried(monkeypatch) -> list:
    calls = []
    monkeypatch.setattr(queue, "hurry", calls.append)
    return calls


@pytest.fixture
def place(staff, alice) -> Membership:
    return Membership.objects.create(user=staff, account=alice.account, role=Role.MEMBER)


@pytest.fixture
def asked_for(place, staff_browser, few_at_once, hurried) -> ExportRun:
    staff_browser.post(ALL, {"format": "csv", "account": place.account_id})
    return ExportRun.objects.get()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def content_of(run: ExportRun) -> bytes:
    stored_object = StoredObject.objects.get(pk=run.object_id)
    reader = get_storage().open(stored_object.blob_key)
    return reader.read_at(0, stored_object.size_bytes)


def write(run: ExportRun) -> ExportRun:
    runs.run_job("export_events", started_by="tests")
    run.refresh_from_db()
    return run


def test_few_events_come_at_once_and_are_those_of_the_filters(alice, bob, staff_browser):
    make_object(alice)
    response = staff_browser.post(f"{ALL}?account={bob.account.pk}", {"format": "csv"})
    rows = rows_of(response.getvalue())
    assert {row["account_id"] for row in rows} == {bob.account.pk}
    assert len(rows) == AuditEvent.objects.filter(account_id=bob.account.pk).count()


def test_an_export_is_recorded_with_its_filters(alice, staff, staff_browser):
    response = staff_browser.post(f"{ALL}?action=key", {"format": "ndjson"})
    assert [orjson.loads(line)["action"] for line in response.getvalue().splitlines()] == ["key.created"]
    event = AuditEvent.objects.get(action="activity.exported")
    assert (event.actor_label, event.via) == (staff.email, "admin")
    assert event.details == {"format": "ndjson", "filters": {"action": "key"}}


def test_no_cell_is_a_formula(alice, staff_browser):
    stored_object = make_object(alice, "=HYPERLINK(1)")
    response = staff_browser.post(f"{ALL}?target={stored_object.pk}", {"format": "csv"})
    assert {row["target_label"] for row in rows_of(response.getvalue())} == {"'=HYPERLINK(1)"}


def test_many_events_ask_for_an_account_that_keeps_them(place, staff_browser, few_at_once):
    page = staff_browser.post(f"{ALL}?via=command", {"format": "csv"}).content.decode()
    assert f'<option value="{place.account_id}">alice</option>' in page
    assert 'action="/admin/export-events/?via=command"' in page
    assert not ExportRun.objects.exists()


def test_who_has_no_such_account_is_told_the_way_out(alice, staff, staff_browser, few_at_once):
    Membership.objects.create(user=staff, account=alice.account, role=Role.VIEWER)
    page = staff_browser.post(ALL, {"format": "csv"}).content.decode()
    assert "you are in none in which you may create objects" in page
    assert "Narrow the filters" in page


def test_nobody_keeps_an_export_in_the_account_of_others(bob, place, staff_browser, few_at_once, hurried):
    assert staff_browser.post(ALL, {"format": "csv", "account": bob.account.pk}).status_code == 403
    assert (ExportRun.objects.count(), hurried) == (0, [])


def test_a_worker_writes_what_was_there_when_it_was_asked_for(asked_for, alice, hurried):
    upto = asked_for.upto
    make_object(alice)
    run = write(asked_for)
    assert hurried == ["export_events"]
    assert [int(row["id"]) for row in rows_of(content_of(run))] == list(
        AuditEvent.objects.filter(pk__lte=upto).values_list("pk", flat=True)
    )
    assert (run.state, run.rows) == ("DONE", AuditEvent.objects.filter(pk__lte=upto).count())


def test_what_becomes_of_it_is_an_object_of_the_person_with_a_time_to_live(asked_for, staff):
    run = write(asked_for)
    stored_object = StoredObject.objects.get(pk=run.object_id)
    assert (stored_object.size_bytes, stored_object.created_by) == (run.bytes, staff.email)
    assert stored_object.delete_after - stored_object.created_at == exports.lifetime()
    assert stored_object.is_public is False


def test_only_who_asked_for_it_downloads_it(asked_for, place, staff_browser, superuser_browser):
    """Not even another member of the account that keeps it."""
    root = User.objects.get(is_superuser=True)
    Membership.objects.create(user=root, account=place.account, role=Role.OWNER)
    address = f"/admin/exports/{write(asked_for).pk}/download/"
    assert f"/{asked_for.object_id}?" in staff_browser.post(address)["Location"]
    assert superuser_browser.post(address).status_code == 403


def test_the_list_tells_how_far_each_is(asked_for, staff_browser):
    assert "This page loads itself again" in staff_browser.get("/admin/exports/").content.decode()
    write(asked_for)
    page = staff_browser.get("/admin/exports/").content.decode()
    assert "Done" in page
    assert f'action="/admin/exports/{asked_for.pk}/download/"' in page


@pytest.mark.parametrize("loss", ["membership", "staff"])
def test_who_lost_the_right_meanwhile_gets_nothing(asked_for, staff, loss):
    if loss == "membership":
        Membership.objects.filter(user=staff).delete()
    else:
        User.objects.filter(pk=staff.pk).update(is_staff=False)
    run = write(asked_for)
    assert (run.state, run.object_id) == ("FAILED", "")
    assert "no longer" in run.error
    assert not StoredObject.objects.filter(state=State.READ_ONLY).exists()


def test_a_run_whose_worker_died_is_written_anew_and_given_up_after_that(asked_for, set_clock):
    ExportRun.objects.update(state="RUNNING", attempts=1, touched_at=clock.now())
    assert write(asked_for).state == "RUNNING"
    set_clock(minutes=6)
    assert write(asked_for).state == "DONE"
    ExportRun.objects.update(state="RUNNING", attempts=2, touched_at=clock.ago(sweeps.PATIENCE))
    assert (write(asked_for).state, asked_for.error) == ("FAILED", sweeps.DIED)


def test_a_worker_that_was_given_up_writes_no_further(asked_for):
    run = sweeps._claim(clock.now())
    ExportRun.objects.update(attempts=2)
    with pytest.raises(sweeps.Superseded):
        list(sweeps._blocks(run))


def test_exports_are_forgotten_after_a_time(asked_for, set_clock):
    write(asked_for)
    runs.run_job("forget_exports", started_by="tests")
    assert ExportRun.objects.exists()
    set_clock(days=8)
    call_command("forget_exports")
    assert not ExportRun.objects.exists()


def test_what_was_asked_for_means_the_same_later():
    wanted = trail.Wanted(action="key", only=("key.created",), succeeded=True)
    assert trail.restored(trail.stored(wanted)) == wanted


@pytest.mark.parametrize("query", ["?action=x", "?since=never"])
def test_there_is_no_such_export(staff_browser, query):
    assert staff_browser.post(f"{ALL}{query}", {"format": "csv"}).status_code == 400
    assert staff_browser.post(ALL, {"format": "xlsx"}).status_code == 400
