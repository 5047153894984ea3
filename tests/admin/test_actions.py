"""What operators do to several rows at once: the reason, the report, the bounds."""

import pytest

from objects_app.admin.objects import MOST_VERIFIED
from objects_app.models import Account, ApiKey, AuditEvent, State, StoredObject
from tests.admin.acting import REASON, act, choose, outcomes, told
from tests.factories import make_object

LIST = "/admin/objects_app/storedobject/"


@pytest.mark.parametrize(("action", "recorded"), [("make_public", "object.published"), ("delete", "object.deleted")])
def test_the_reason_stands_in_the_event_of_each(alice, staff, staff_browser, action, recorded):
    rows = [make_object(alice), make_object(alice)]
    act(staff_browser, "storedobject", action, *rows)
    events = AuditEvent.objects.filter(action=recorded)
    assert {event.target_id for event in events} == {row.pk for row in rows}
    for event in events:
        assert (event.actor_label, event.via, event.address) == (staff.email, "admin", "127.0.0.1")
        assert event.details == {"reason": REASON}
        assert event.request_id


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "bell\x07"])
def test_without_a_fit_reason_nothing_is_changed(alice, staff_browser, reason):
    stored_object = make_object(alice)
    response = act(staff_browser, "storedobject", "delete", stored_object, reason=reason)
    assert response.context["form"].errors
    assert StoredObject.objects.get().state == State.READ_ONLY


def test_the_page_that_asks_keeps_the_selection(alice, staff_browser):
    stored_object = make_object(alice)
    page = choose(staff_browser, "storedobject", "make_public", stored_object).content.decode()
    assert f'name="_selected_action" value="{stored_object.pk}"' in page
    assert not StoredObject.objects.get().is_public


def test_looking_at_an_action_does_nothing(alice, staff_browser):
    stored_object = make_object(alice)
    query = {"action": "delete", "_selected_action": stored_object.pk, "confirmed": "yes", "reason": REASON}
    assert staff_browser.get(LIST, query).status_code == 400
    assert StoredObject.objects.get().state == State.READ_ONLY


def test_more_than_can_be_waited_for_are_refused_whole(alice, staff_browser):
    rows = [make_object(alice) for _ in range(MOST_VERIFIED + 1)]
    response = staff_browser.get(act(staff_browser, "storedobject", "verify", *rows).url)
    assert told(response) == ["At most 20 can be chosen for this at once, each by itself. Nothing was changed."]
    assert not AuditEvent.objects.filter(action="object.verified").exists()


def test_all_that_match_can_not_be_selected(alice, staff_browser):
    rows = [make_object(alice) for _ in range(2)]
    choose(staff_browser, "storedobject", "delete", rows[0], select_across="1", confirmed="yes", reason=REASON)
    assert not StoredObject.objects.filter(state=State.DELETED).exists()


def test_an_auditor_is_offered_no_action_and_refused(alice, browser_of):
    stored_object, browser = make_object(alice), browser_of("auditor")
    assert browser.get(LIST).context["action_form"] is None
    assert "Make public" not in browser.get(f"{LIST}{stored_object.pk}/change/").content.decode()
    response = act(browser, "storedobject", "delete", stored_object)
    assert response.status_code == 403
    assert "Only operators may do this." in response.content.decode()
    assert StoredObject.objects.get().state == State.READ_ONLY


def test_the_page_of_one_offers_the_actions_of_the_list(alice, staff_browser):
    page = staff_browser.get(f"{LIST}{make_object(alice).pk}/change/").content.decode()
    for words in ("Make public", "Make private", "Verify the bytes", "Delete for good"):
        assert words in page


def test_accounts_are_suspended_and_resumed(alice, staff, staff_browser):
    assert outcomes(act(staff_browser, "account", "suspend", alice.account)) == [(alice.account.pk, "suspended")]
    assert outcomes(act(staff_browser, "account", "suspend", alice.account)) == [
        (alice.account.pk, "nothing to change")
    ]
    assert outcomes(act(staff_browser, "account", "resume", alice.account)) == [(alice.account.pk, "resumed")]
    assert Account.objects.get().suspended_at is None
    recorded = AuditEvent.objects.filter(actor_label=staff.email, details__reason=REASON)
    assert list(recorded.values_list("action", flat=True)) == ["account.resumed", "account.suspended"]


def test_a_key_is_revoked(alice, staff, staff_browser):
    assert outcomes(act(staff_browser, "apikey", "revoke", alice.key)) == [(alice.key.pk, "revoked")]
    assert ApiKey.objects.get().revoked_by == staff.email


def test_no_row_is_deleted_past_the_verbs(superuser_browser):
    for noun in ("membership", "user", "account"):
        form = superuser_browser.get(f"/admin/objects_app/{noun}/").context["action_form"]
        assert form is None or "delete_selected" not in dict(form.fields["action"].choices)
