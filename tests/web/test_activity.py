"""/activity/: the account's events, filtered, page by page, and taken away."""

import csv
import io

import orjson
import pytest
from django.test import Client

from objects_app import audit, event_files, trail
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent
from objects_app.web.wording import WORDS, words_of
from tests.factories import OPERATOR, make_object


def page_of(browser: Client, query: str = "") -> str:
    return browser.get(f"/activity/{query}").content.decode()


def actions_of(browser: Client, **query) -> list[str]:
    return [line.event.action for line in browser.get("/activity/", query).context["lines"]]


def export(browser: Client, layout: str, query: str = ""):
    return browser.post(f"/activity/export{query}", {"format": layout})


def record(person, number: int = 1, **fields) -> None:
    for _ in range(number):
        audit.record(AuditAction.DOWNLOAD_URL_ISSUED, actor=person.actor, **fields)


def test_an_event_is_told_in_words_with_who_what_and_where(alice, alice_browser):
    stored_object = make_object(alice, "ledger.csv")
    alice_browser.post(f"/objects/{stored_object.pk}/publish")
    page = page_of(alice_browser)
    told = ["Made public", alice.user.email, f'<a href="/objects/{stored_object.pk}/">ledger.csv</a>', "127.0.0.1"]
    assert [words for words in told if words not in page] == []


def test_names_are_escaped(alice, alice_browser):
    make_object(alice, "<script>alert(1)</script>")
    assert "<script>alert" not in page_of(alice_browser)


def test_events_of_other_accounts_are_not_there(alice, bob, alice_browser):
    stored_object = make_object(bob, "secret.txt")
    assert "secret.txt" not in page_of(alice_browser)
    assert actions_of(alice_browser, object=stored_object.pk) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"action": "object.completed"}, ["object.completed"]),
        ({"action": "key"}, ["key.created"]),
        ({"actor": "ALICE'S", "action": "object.created"}, ["object.created"]),
        ({"actor": "carol"}, []),
        ({"result": "refused"}, ["object.refused"]),
        ({"result": "ok", "action": "object.refused"}, []),
        ({"age": "1h", "action": "object.created"}, ["object.created"]),
    ],
)
def test_filters_leave_what_matches(alice, alice_browser, query, expected):
    make_object(alice)
    audit.record(AuditAction.OBJECT_REFUSED, actor=alice.actor, result="not_allowed")
    assert actions_of(alice_browser, **query) == expected


def test_the_history_of_one_object_is_found_by_its_id(alice, alice_browser):
    first, _ = make_object(alice), make_object(alice)
    assert actions_of(alice_browser, object=first.pk) == ["object.completed", "object.uploaded", "object.created"]


def test_a_time_filter_ends_where_it_says(alice, alice_browser, set_clock):
    set_clock(hours=2)
    assert actions_of(alice_browser, age="1h") == []
    assert actions_of(alice_browser, age="24h") != []


def test_pages_follow_each_other_without_gap_or_repeat(alice, alice_browser):
    record(alice, 120)
    seen, before = [], ""
    while before is not None:
        context = alice_browser.get("/activity/", {"before": before} if before else {}).context
        seen += [line.event.pk for line in context["lines"]]
        before = context["page"].before
    assert seen == list(AuditEvent.objects.filter(account_id=alice.account.pk).values_list("pk", flat=True))


def test_a_rare_event_is_looked_for_in_steps(alice, alice_browser, monkeypatch):
    monkeypatch.setattr(trail, "WINDOW", 10)
    record(alice, 15)
    first = alice_browser.get("/activity/", {"action": "key.created"}).context
    assert (first["lines"], first["page"].looked_back_to is not None) == ([], True)
    second = alice_browser.get("/activity/", {"action": "key.created", "before": first["page"].before}).context
    assert [line.event.action for line in second["lines"]] == ["key.created"]


def test_nothing_is_looked_for_beyond_the_time_that_was_asked_for(alice, alice_browser, set_clock, monkeypatch):
    monkeypatch.setattr(trail, "WINDOW", 10)
    record(alice, 15)
    set_clock(hours=2)
    page = alice_browser.get("/activity/", {"age": "1h"}).context["page"]
    assert (page.before, page.looked_back_to) == (None, None)


@pytest.mark.parametrize(("query", "queries"), [({}, 4), ({"action": "object"}, 5)])
def test_a_page_takes_few_queries(alice, alice_browser, django_assert_num_queries, query, queries):
    record(alice, 60)
    with django_assert_num_queries(queries):  # the session, the person, the accounts, the events; where to stop
        alice_browser.get("/activity/", query)


@pytest.mark.parametrize("query", ["?action=x", "?age=1y", "?before=0", "?before=99999999999999999999", "?result=x"])
def test_a_filter_that_does_not_exist_is_a_bad_request(alice_browser, query):
    assert alice_browser.get(f"/activity/{query}").status_code == 400


def test_links_keep_the_filters_and_start_anew(alice, alice_browser):
    record(alice, 60)
    page = page_of(alice_browser, "?action=object&before=1000000")
    assert 'href="/activity/?action=object&amp;age=7d"' in page


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_lower_roles_see_no_activity(alice, alice_browser, role):
    alice.membership.role = role
    alice.membership.save(update_fields=["role"])
    assert alice_browser.get("/activity/").status_code == 403
    assert export(alice_browser, "csv").status_code == 403


def test_who_is_not_signed_in_is_sent_to_sign_in(db):
    assert Client().get("/activity/").headers["Location"] == "/accounts/login/?next=/activity/"


@pytest.fixture
def _in_one_transaction(monkeypatch):
    """Between two parts of an export the server looks whether its connection is too old; that of a test must stay."""
    monkeypatch.setattr(event_files, "close_old_connections", lambda: None)


@pytest.mark.usefixtures("_in_one_transaction")
def test_csv_holds_every_event_that_matches(alice, alice_browser):
    record(alice, 1_200)
    rows = list(csv.DictReader(io.StringIO(export(alice_browser, "csv").getvalue().decode())))
    events = AuditEvent.objects.filter(account_id=alice.account.pk).values_list("pk", flat=True)
    assert [int(row["id"]) for row in rows] == list(events)


def test_an_export_is_filtered_as_the_page_is(alice, alice_browser):
    make_object(alice)
    lines = export(alice_browser, "ndjson", "?action=object.created").getvalue().splitlines()
    assert [orjson.loads(line)["action"] for line in lines] == ["object.created"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_is_a_formula(alice, alice_browser, name):
    make_object(alice, name)
    rows = list(csv.DictReader(io.StringIO(export(alice_browser, "csv", "?action=object.created").getvalue().decode())))
    assert rows[0]["target_label"] == f"'{name}"


def test_an_export_is_a_file_named_for_the_account_and_the_day(alice, alice_browser):
    response = export(alice_browser, "ndjson")
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="activity-alice-20')


def test_an_export_is_recorded_with_its_filters(alice, alice_browser):
    export(alice_browser, "csv", "?action=key")
    event = AuditEvent.objects.get(action="activity.exported")
    assert (event.actor_label, event.account_id) == (alice.user.email, alice.account.pk)
    assert event.details == {"format": "csv", "filters": {"action": "key"}}


def test_an_export_reads_no_more_at_once_than_fits(alice, alice_browser, django_assert_num_queries):
    record(alice, 1_500)
    response = export(alice_browser, "ndjson")
    pieces = iter(response.streaming_content)
    with django_assert_num_queries(1):
        assert len(next(pieces).splitlines()) == 1_000


def test_there_is_no_third_format(alice, alice_browser):
    assert export(alice_browser, "xml").status_code == 400
    assert not AuditEvent.objects.filter(action="activity.exported").exists()


def test_every_action_has_words():
    assert [action for action in AuditAction if action not in WORDS] == []
    assert words_of("member.made_owner") == ("activity", "Member made owner")


def test_an_event_of_the_account_itself_is_told(alice, alice_browser):
    audit.record(AuditAction.ACCOUNT_SUSPENDED, actor=OPERATOR, target=alice.account)
    assert "Account suspended" in page_of(alice_browser)
