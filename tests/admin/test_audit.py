"""The audit trail in the admin: filters, views, pages, and no count."""

import pytest

from objects_app import access, audit, trail
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent
from tests.factories import make_object

LIST = "/admin/objects_app/auditevent/"


def shown(browser, **query) -> list[str]:
    return [row.event.action for row in browser.get(LIST, query).context["rows"]]


@pytest.fixture
def refused(alice):
    actor = access.anonymous_actor(access.Via.PUBLIC_PAGE, address="192.0.2.9", request_id="req-9")
    return audit.record(AuditAction.OBJECT_REFUSED, actor=actor, result="not_allowed", reason="<b>no</b>")


def test_everything_that_happened_to_an_object_is_found_by_its_id(alice, staff_browser):
    stored_object = make_object(alice)
    make_object(alice)
    assert shown(staff_browser, target=stored_object.pk) == ["object.completed", "object.uploaded", "object.created"]


@pytest.mark.parametrize(
    "query",
    [
        {"action": "object.refused"},
        {"result": "refused"},
        {"via": "public_page"},
        {"address": "192.0.2.9"},
        {"request": "req-9"},
        {"action": "object", "result": "refused", "age": "24h"},
        {"actor": "", "address": "192.0.2.9", "since": "2020-01-01T00:00", "until": "2120-01-01T00:00"},
    ],
)
def test_filters_narrow_the_list(alice, refused, staff_browser, query):
    make_object(alice)
    assert shown(staff_browser, **query) == ["object.refused"]


def test_events_are_found_by_account_and_by_who_did_it(alice, bob, staff_browser):
    make_object(alice)
    make_object(bob)
    assert len(shown(staff_browser, account=bob.account.pk)) == len(shown(staff_browser, account=alice.account.pk)) == 5
    for query in ({"actor_id": bob.key.pk}, {"actor": "BOB'S"}):
        assert shown(staff_browser, **query) == ["object.completed", "object.created"]


def test_a_view_is_its_filters(alice, refused, staff_browser):
    page = staff_browser.get(LIST, {"result": "refused"})
    assert [view["name"] for view in page.context["views"] if view["is_here"]] == ["Refused"]
    for view in page.context["views"]:
        assert staff_browser.get(f"{LIST}?{view['query']}").status_code == 200


def test_a_row_leads_to_timelines_and_tells_its_details(alice, refused, staff_browser):
    stored_object = make_object(alice, "<i>ledger</i>")
    page = staff_browser.get(LIST).content.decode()
    for place in (f"object/{stored_object.pk}", f"key/{alice.key.pk}", "address/192.0.2.9"):
        assert f'href="/admin/timeline/{place}/"' in page
    assert "&lt;i&gt;ledger&lt;/i&gt;" in page
    assert "&quot;reason&quot;: &quot;&lt;b&gt;no&lt;/b&gt;&quot;" in page


def test_pages_follow_each_other_without_gap_or_repeat(alice, staff_browser):
    for _ in range(120):
        audit.record(AuditAction.OBJECT_NOT_FOUND, actor=alice.actor)
    seen, query = [], {"action": "object.not_found"}
    while True:
        context = staff_browser.get(LIST, query).context
        seen += [row.event.pk for row in context["rows"]]
        if not context["older"]:
            break
        query["before"] = context["page"].before
    assert seen == list(AuditEvent.objects.filter(action="object.not_found").values_list("pk", flat=True))


def test_a_rare_event_is_looked_for_in_steps(alice, staff_browser, monkeypatch):
    monkeypatch.setattr(trail, "WINDOW", 10)
    for _ in range(15):
        audit.record(AuditAction.OBJECT_NOT_FOUND, actor=alice.actor)
    page = staff_browser.get(LIST, {"actor": "command:tests"})
    assert page.context["rows"] == []
    assert "Look further back" in page.content.decode()


@pytest.mark.parametrize(("query", "queries"), [({}, 4), ({"action": "key"}, 11), ({"target": "obj_x"}, 4)])
def test_a_page_takes_few_queries_and_none_counts(alice, staff_browser, django_assert_num_queries, query, queries):
    make_object(alice)
    with django_assert_num_queries(queries) as captured:  # who asks, the menu, events and each range
        staff_browser.get(LIST, query)
    assert "COUNT(" not in str(captured.captured_queries)


@pytest.mark.parametrize(
    "query", [{"action": "x"}, {"before": "0"}, {"before": "9" * 30}, {"address": "x"}, {"since": "?"}, {"via": "x"}]
)
def test_a_filter_that_does_not_exist_is_a_bad_request_that_says_so(staff_browser, query):
    response = staff_browser.get(LIST, query)
    assert response.status_code == 400
    assert 'class="hd-bad"' in response.content.decode() or "before" in query


def test_an_event_can_be_read_in_full(refused, staff_browser):
    page = staff_browser.get(f"{LIST}{refused.pk}/change/").content.decode()
    assert "192.0.2.9" in page
    assert "object.refused" in page
