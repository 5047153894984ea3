"""Lists of the admin: pages by the key of the row before, never counted, skipped or looked through."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from unfold.admin import checkbox
from unfold.utils import display_for_label

from objects_app.admin import paging
from objects_app.admin.base import StaffAdmin
from objects_app.models import Account, State, StoredObject
from objects_app.operations import members
from tests.admin.acting import shown, told
from tests.factories import OPERATOR, make_object, make_person

LIST = "/admin/objects_app/storedobject/"
LARGE = re.compile(r'^SELECT .* FROM "objects_app_(storedobject|auditevent)"')
PAGES = [page for page in admin.site._registry.values() if isinstance(page, StaffAdmin)]


def address_of(page: StaffAdmin) -> str:
    return f"/admin/objects_app/{page.opts.model_name}/"


@pytest.fixture
def two_a_page(monkeypatch):
    for page in PAGES:
        monkeypatch.setattr(page, "list_per_page", 2)


def walk(browser, address: str) -> list[list[str]]:
    """The keys on each page, from the first to the last."""
    pages, query = [], ""
    while True:
        response = browser.get(address + query)
        pages.append(shown(response))
        query = response.context["cl"].next_page
        if not query:
            return pages


@pytest.mark.parametrize("query", ["", "?account__id__exact={account}", "?q={account}", "?state=READ_ONLY"])
def test_pages_show_each_object_once_newest_first(alice, staff_browser, two_a_page, query):
    made = [make_object(alice).pk for _ in range(5)][::-1]
    first = LIST + query.format(account=alice.account.pk)
    response = staff_browser.get(first)
    pages = [shown(response)]
    while more := response.context["cl"].next_page:
        response = staff_browser.get(LIST + more)
        pages.append(shown(response))
    assert pages == [made[:2], made[2:4], made[4:]]


def test_a_page_that_is_full_is_not_followed_by_an_empty_one(alice, staff_browser, two_a_page):
    for _ in range(2):
        make_object(alice)
    response = staff_browser.get(LIST)
    assert response.context["cl"].next_page == ""
    assert "2 in all" in response.content.decode()


def test_uploads_go_on_in_the_order_of_their_last_activity(alice, staff_browser, two_a_page, set_clock):
    set_clock(hours=0)
    made = [
        make_object(alice, state=State.UPLOADING).pk for _ in range(3)
    ]  # of one instant, so told apart by their keys
    set_clock(hours=1)
    made = [*sorted(made), make_object(alice, state=State.UPLOADING).pk]
    assert walk(staff_browser, "/admin/objects_app/openupload/") == [made[:2], made[2:]]


def test_people_go_on_by_their_addresses(staff_browser, two_a_page):
    names = ["a", "b", "z"]
    people = {name: make_person(name).user.pk for name in names}
    emails = [people["a"], people["b"]]
    assert walk(staff_browser, "/admin/objects_app/user/")[0] == emails


def test_what_was_filtered_stays_filtered_on_the_next_page(alice, bob, staff_browser, two_a_page):
    made = [make_object(alice, is_public=True).pk for _ in range(3)]
    make_object(bob)
    response = staff_browser.get(LIST, {"visibility": "public", "account__id__exact": alice.account.pk})
    after = staff_browser.get(LIST + response.context["cl"].next_page)
    assert shown(after) == made[:1]
    assert after.context["cl"].first_page == f"?account__id__exact={alice.account.pk}&visibility=public"


@pytest.mark.parametrize("query", [{"visibility": "public"}, {"q": "need"}, {"size": "1m"}])
def test_a_filtered_list_looks_through_a_window_and_says_so(alice, staff_browser, monkeypatch, query):
    monkeypatch.setattr(paging, "WINDOW", 3)
    rare = make_object(alice, "needle", is_public=True, content=b"x" * 1024 * 1024)
    for _ in range(4):
        make_object(alice, "hay")
    response = staff_browser.get(LIST, query)
    assert shown(response) == []
    assert "Looked through 3 rows and stopped." in response.content.decode()
    response = staff_browser.get(LIST + response.context["cl"].next_page)
    assert (shown(response), response.context["cl"].next_page) == ([rare.pk], "")


@pytest.mark.parametrize(
    "query", [{}, {"q": "{object.pk}"}, {"q": "{account.pk}"}, {"account__id__exact": "{account.pk}"}]
)
def test_what_an_index_finds_is_found_at_once(alice, bob, staff_browser, monkeypatch, query):
    monkeypatch.setattr(paging, "WINDOW", 1)
    old = make_object(alice)
    for _ in range(2):
        make_object(bob)
    query = {name: words.format(object=old, account=alice.account) for name, words in query.items()}
    response = staff_browser.get(LIST, query)
    assert old.pk in shown(response)
    assert response.context["cl"].looked_through == 0


def test_the_window_is_of_the_account_that_is_asked_for(alice, bob, staff_browser, monkeypatch):
    monkeypatch.setattr(paging, "WINDOW", 2)
    public = make_object(alice, is_public=True)
    for _ in range(3):
        make_object(bob)
    response = staff_browser.get(LIST, {"visibility": "public", "account__id__exact": alice.account.pk})
    assert shown(response) == [public.pk]


@pytest.mark.parametrize("page", PAGES, ids=address_of)
def test_no_list_counts_or_skips(alice, staff_browser, page):
    make_object(alice, is_public=True)
    make_object(alice, state=State.UPLOADING)
    members.invite(alice.account, email="new@example.com", role="viewer", actor=OPERATOR)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for query in ({}, {"q": "a"}, {"p": "7"}, {"all": ""}, {"_facets": "True"}):
            assert staff_browser.get(address_of(page), query).status_code == 200
    statements = [query["sql"] for query in queries]
    assert not [sql for sql in statements if "COUNT(" in sql]
    assert not [sql for sql in statements if LARGE.search(sql) and "LIMIT" not in sql]
    assert not [sql for sql in statements if re.search(r"OFFSET (?!19999\b)", sql)]


@pytest.mark.parametrize(("noun", "query"), [("storedobject", {}), ("storedobject", {"q": "a"}), ("openupload", {})])
def test_a_list_takes_the_same_few_queries_however_much_it_shows(alice, bob, staff_browser, noun, query):
    """The session, the person, the roles and the page; where it is filtered, the end of its window before."""
    for person in (alice, bob):
        for state in (State.READ_ONLY, State.UPLOADING):
            make_object(person, "a", state=state)
    with CaptureQueriesContext(connection) as queries:
        staff_browser.get(f"/admin/objects_app/{noun}/", query)
    assert len(queries) == (5 if query else 4), [each["sql"] for each in queries]


@pytest.mark.parametrize(
    "query", [{}, {"account__id__exact": "acc"}, {"visibility": "public"}, {"created_at_from": "2026-11-01"}]
)
def test_the_page_and_its_window_are_read_off_an_index(staff_browser, query):
    with CaptureQueriesContext(connection) as queries:
        staff_browser.get(LIST, query)
    reads = [each["sql"] for each in queries if 'FROM "objects_app_storedobject"' in each["sql"]]
    assert reads
    for sql in reads:
        assert "B-TREE FOR ORDER BY" not in plan_of(sql), sql


def plan_of(sql: str) -> str:
    if connection.vendor != "sqlite":
        pytest.skip("the planner of PostgreSQL reads small tables whole")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[-1] for row in cursor.fetchall())


@pytest.mark.parametrize("noun", ["storedobject", "openupload", "user"])
def test_a_page_that_does_not_exist_leads_to_the_first(alice, staff_browser, noun):
    make_object(alice, state=State.UPLOADING)
    response = staff_browser.get(f"/admin/objects_app/{noun}/", {"before": "nothing"}, follow=True)
    assert response.status_code == 200
    assert shown(response) or response.context["cl"].first_page


def test_a_search_that_is_too_long_is_refused(alice, staff_browser):
    response = staff_browser.get(LIST, {"q": "x" * 201})
    assert told(response) == ["Search for one line of at most 200 characters."]
    assert shown(response) == []


def test_lists_of_objects_do_not_read_their_metadata(alice, staff_browser):
    make_object(alice, metadata={"key": "value"})
    with CaptureQueriesContext(connection) as queries:
        staff_browser.get(LIST)
    assert not any('"metadata"' in each["sql"] for each in queries)


@pytest.mark.parametrize("field", ["account", "user"])
def test_what_completes_a_field_is_not_counted_either(alice, superuser_browser, field):
    query = {"app_label": "objects_app", "model_name": "membership", "field_name": field, "term": "al"}
    with CaptureQueriesContext(connection) as queries:
        response = superuser_browser.get("/admin/autocomplete/", query)
    assert response.json()["pagination"] == {"more": False}
    assert not any("COUNT(" in each["sql"] for each in queries)


def test_what_completes_a_field_comes_in_pages(staff_browser, db):
    Account.objects.bulk_create(Account(name=f"team {number}") for number in range(21))
    query = {"app_label": "objects_app", "model_name": "storedobject", "field_name": "account", "term": "team"}
    first, second, far = (staff_browser.get("/admin/autocomplete/", query | {"page": page}) for page in (1, 2, 11))
    assert (len(first.json()["results"]), first.json()["pagination"]) == (20, {"more": True})
    assert (len(second.json()["results"]), second.json()["pagination"]) == (1, {"more": False})
    assert far.status_code == 404


def test_objects_are_those_of_every_account(alice, bob, staff_browser):
    made = {make_object(alice).pk, make_object(bob).pk}
    assert set(shown(staff_browser.get(LIST))) == made == set(StoredObject.objects.values_list("pk", flat=True))


def test_rows_have_the_checkboxes_and_labels_of_unfold(alice, staff_browser):
    objects = [make_object(alice, state=state) for state in State]
    page = staff_browser.get("/admin/objects_app/storedobject/").content.decode()
    for each in objects:
        assert str(checkbox.render("_selected_action", each.pk)) in page
    colours = {"Uploading": "info", "Read Only": "success", "Error": "danger", "Deleted": "warning"}
    for words in colours:
        assert str(display_for_label(words, "-", colours)) in page
