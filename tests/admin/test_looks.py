"""Staff looks at what not everybody may see are events."""

import pytest

from objects_app.models import AuditEvent, State
from tests.factories import make_object

LIST = "/admin/objects_app/storedobject/"


def looks() -> list[tuple[str, str]]:
    events = AuditEvent.objects.filter(action="staff.object_viewed").order_by("id")
    return list(events.values_list("actor_label", "target_id"))


@pytest.mark.parametrize("role", ["auditor", "operator", "superuser"])
def test_the_look_at_a_private_object_is_recorded_once_in_a_while(alice, browser_of, role):
    stored_object = make_object(alice)
    browser = browser_of(role)
    for _ in range(2):
        browser.get(f"{LIST}{stored_object.pk}/change/")
    assert looks() == [(f"{role}@example.com", stored_object.pk)]
    event = AuditEvent.objects.get(action="staff.object_viewed")
    assert (event.via, event.account_id, event.address) == ("admin", alice.account.pk, "127.0.0.1")


@pytest.mark.parametrize("state", [State.READ_ONLY, State.DELETED])
def test_what_everybody_may_see_is_no_secret_while_they_may(alice, staff_browser, state):
    stored_object = make_object(alice, is_public=True, state=state)
    staff_browser.get(f"{LIST}{stored_object.pk}/change/")
    assert bool(looks()) == (state == State.DELETED)


def test_lists_are_no_looks(alice, staff_browser):
    make_object(alice)
    staff_browser.get(LIST)
    assert looks() == []


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_a_download_by_staff_is_recorded_from_asking_to_the_last_byte(alice, browser_of, role):
    stored_object = make_object(alice)
    response = browser_of(role).post(f"{LIST}{stored_object.pk}/download/")
    assert response.status_code == 302
    assert "/download/" in response["Location"] or stored_object.pk in response["Location"]
    event = AuditEvent.objects.get(action="object.download_url_issued")
    assert (event.actor_label, event.via) == (f"{role}@example.com", "admin")


def test_looking_at_the_address_of_a_download_grants_nothing(alice, staff_browser):
    stored_object = make_object(alice)
    assert staff_browser.get(f"{LIST}{stored_object.pk}/download/").status_code == 403
    assert not AuditEvent.objects.filter(action="object.download_url_issued").exists()


def test_there_is_no_download_of_what_is_deleted(alice, staff_browser):
    gone = make_object(alice, state=State.DELETED)
    response = staff_browser.post(f"{LIST}{gone.pk}/download/", follow=True)
    assert "Only an object in state READ_ONLY can be downloaded." in response.content.decode()
