"""The audit trail in the admin."""

import pytest

from objects_app import access, audit
from objects_app.audit import AuditAction
from tests.factories import make_object

LIST = "/admin/objects_app/auditevent/"


def shown(response) -> list[str]:
    return [event.action for event in response.context["cl"].result_list]


@pytest.fixture
def refused(alice):
    return audit.record(AuditAction.OBJECT_REFUSED, actor=access.member_actor(alice.membership), result="refused")


def test_search_finds_everything_that_happened_to_an_object(alice, staff_browser):
    stored_object = make_object(alice)
    make_object(alice)
    response = staff_browser.get(LIST, {"q": stored_object.pk})
    assert shown(response) == ["object.completed", "object.uploaded", "object.created"]


@pytest.mark.parametrize("query", [{"action": "object.refused"}, {"result": "other"}, {"via": "session"}])
def test_filters_narrow_the_list(alice, refused, staff_browser, query):
    make_object(alice)
    found = shown(staff_browser.get(LIST, query))
    assert [action for action in found if action != "user.signed_in"] == ["object.refused"]


def test_an_event_can_be_read_in_full(refused, staff_browser):
    page = staff_browser.get(f"{LIST}{refused.pk}/change/").content.decode()
    assert "alice@example.com" in page
    assert "object.refused" in page


def test_there_is_no_action_on_events(refused, superuser_browser):
    assert superuser_browser.get(LIST).context["action_form"] is None
