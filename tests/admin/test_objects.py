"""Objects in the admin."""

import pytest

from objects_app.models import AuditEvent, State, StoredObject
from tests.factories import make_object

LIST = "/admin/objects_app/storedobject/"


def act(browser, action: str, *stored_objects: StoredObject, **more: str):
    selected = [stored_object.pk for stored_object in stored_objects]
    return browser.post(LIST, {"action": action, "_selected_action": selected, **more}, follow=True)


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_list_shows_objects_of_every_account(alice, bob, staff_browser):
    make_object(alice, "from alice")
    make_object(bob, "from bob", state=State.UPLOADING)
    page = staff_browser.get(LIST).content.decode()
    for shown in ("from alice", "from bob", "Read Only", "Uploading", alice.account.name):
        assert shown in page


def test_search_finds_names_and_exact_ids(alice, bob, staff_browser):
    first = make_object(alice, "Ärger.txt")
    second = make_object(bob, "notes.txt")
    for term, found in [("ärg", first), (second.pk, second), (bob.account.pk, second)]:
        response = staff_browser.get(LIST, {"q": term})
        assert [row.pk for row in response.context["cl"].result_list] == [found.pk]


def test_make_public_changes_each_and_reports_what_was_not_changed(alice, bob, staff_browser):
    private = make_object(alice)
    public = make_object(bob, is_public=True)
    deleted = make_object(bob, state=State.DELETED)
    response = act(staff_browser, "make_public", private, public, deleted)
    assert messages_of(response) == [
        "1 made public.",
        "1 left as before: nothing to change.",
        "1 refused: Only an object that is UPLOADING or READ_ONLY can be changed.",
    ]
    assert StoredObject.objects.get(pk=private.pk).is_public


def test_make_private_changes_each(alice, bob, staff_browser):
    rows = [make_object(alice, is_public=True), make_object(bob, is_public=True)]
    assert messages_of(act(staff_browser, "make_private", *rows)) == ["2 made private."]
    assert not StoredObject.objects.filter(is_public=True).exists()


@pytest.mark.parametrize(("action", "recorded"), [("make_public", "object.published"), ("delete", "object.deleted")])
def test_an_action_is_recorded_as_the_staffs_through_the_admin(alice, staff, staff_browser, action, recorded):
    stored_object = make_object(alice)
    act(staff_browser, action, stored_object, confirmed="yes")
    event = AuditEvent.objects.get(action=recorded)
    assert (event.actor_label, event.via, event.address) == (staff.email, "admin", "127.0.0.1")
    assert (event.target_id, event.account_id) == (stored_object.pk, alice.account.pk)
    assert event.request_id


def test_delete_asks_first_and_names_the_objects(alice, staff_browser):
    stored_object = make_object(alice, "<b>ledger</b>.csv")
    page = act(staff_browser, "delete", stored_object).content.decode()
    assert "1 object will be deleted" in page
    assert "&lt;b&gt;ledger&lt;/b&gt;.csv" in page
    assert f'name="_selected_action" value="{stored_object.pk}"' in page
    assert StoredObject.objects.get().state == State.READ_ONLY


def test_delete_destroys_the_bytes_of_each(alice, bob, staff_browser, blobs):
    kept = make_object(alice)
    rows = [make_object(alice), make_object(bob), make_object(bob, state=State.DELETED)]
    response = act(staff_browser, "delete", *rows, confirmed="yes")
    assert messages_of(response) == ["2 deleted.", "1 left as before: nothing to change."]
    assert StoredObject.objects.exclude(state=State.DELETED).get() == kept
    assert len(blobs.blobs) == 1


def test_the_page_of_an_object_shows_where_its_bytes_are_to_nobody(alice, staff_browser):
    stored_object = make_object(alice)
    page = staff_browser.get(f"{LIST}{stored_object.pk}/change/").content.decode()
    assert stored_object.sha256 in page
    assert stored_object.blob_key not in page


def test_a_member_carries_out_no_action(alice, alice_browser):
    stored_object = make_object(alice)
    assert act(alice_browser, "delete", stored_object, confirmed="yes").status_code == 403
    assert StoredObject.objects.get().state == State.READ_ONLY
