"""What is changed on the page of an object: metadata and lifetime."""

import pytest

from objects_app.models import AuditEvent, MetadataPair, State
from tests.factories import make_object


def send(browser, stored_object, keys, values, **more):
    fields = {"key": keys, "value": values, **more}
    return browser.post(f"/objects/{stored_object.pk}/metadata", fields)


def metadata_of(stored_object) -> dict[str, str]:
    stored_object.refresh_from_db()
    return stored_object.metadata


def test_pairs_are_added_changed_and_left_out(alice, alice_browser):
    stored_object = make_object(alice, metadata={"a": "1", "b": "2"})
    send(alice_browser, stored_object, ["a", "", "c", ""], ["one", "", "3", ""])
    assert metadata_of(stored_object) == {"a": "one", "c": "3"}
    assert sorted(MetadataPair.objects.values_list("key", flat=True)) == ["a", "c"]


def test_a_pair_is_removed_by_its_button_and_the_rest_is_saved(alice, alice_browser):
    stored_object = make_object(alice, metadata={"a": "1", "b": "2"})
    send(alice_browser, stored_object, ["a", "b", ""], ["1", "changed", ""], remove="0")
    assert metadata_of(stored_object) == {"b": "changed"}


def test_a_change_is_recorded(alice, alice_browser):
    send(alice_browser, make_object(alice), ["a"], ["1"])
    event = AuditEvent.objects.get(action="object.changed")
    assert (event.actor_label, event.details) == (alice.user.email, {"fields": ["metadata"]})


def test_a_change_leads_back_to_where_it_was_made(alice, alice_browser):
    stored_object = make_object(alice)
    response = send(alice_browser, stored_object, ["a"], ["1"], next=f"/?open={stored_object.pk}")
    assert response.headers["Location"] == f"/?open={stored_object.pk}"


@pytest.mark.parametrize(
    ("keys", "values", "problem"),
    [
        (["a", "a"], ["1", "2"], "Each key can be there only once."),
        ([""], ["1"], "A key must have 1 to 128 characters."),
        (["a" * 129], ["1"], "A key must have 1 to 128 characters."),
        (["a"], ["1\0"], "Keys and values must not contain control characters."),
        (["a"], ["1" * 4097], "A value must have at most 4096 characters."),
        ([str(n) for n in range(65)], ["1"] * 65, "This must have at most 64 entries."),
    ],
)
def test_what_cannot_be_saved_stays_in_the_form_with_the_reason(alice, alice_browser, keys, values, problem):
    stored_object = make_object(alice, metadata={"old": "1"})
    response = send(alice_browser, stored_object, keys, values)
    assert response.context["metadata_problem"] == problem
    assert response.context["pairs"] == list(zip(keys, values, strict=True))
    assert metadata_of(stored_object) == {"old": "1"}


@pytest.mark.parametrize("change", ["metadata", "lifetime"])
def test_others_cannot_change_the_object(alice, bob_browser, viewer_browser, change):
    address = f"/objects/{make_object(alice).pk}/{change}"
    assert bob_browser.post(address, {"lifetime": "1d"}).status_code == 404
    assert viewer_browser.post(address, {"lifetime": "1d"}).status_code == 403
    assert viewer_browser.get(address).status_code == 405


@pytest.mark.parametrize("change", ["metadata", "lifetime"])
def test_a_deleted_object_stays_as_it_is(alice, alice_browser, change):
    stored_object = make_object(alice, state=State.DELETED)
    response = alice_browser.post(f"/objects/{stored_object.pk}/{change}", {"lifetime": "1d"}, follow=True)
    assert "can be changed" in str(next(iter(response.context["messages"])))


def test_a_lifetime_is_set_and_lifted(alice, alice_browser):
    stored_object = make_object(alice)
    address = f"/objects/{stored_object.pk}/lifetime"
    alice_browser.post(address, {"lifetime": "7d"})
    stored_object.refresh_from_db()
    assert 6 <= (stored_object.delete_after - stored_object.created_at).days <= 7
    alice_browser.post(address, {"lifetime": "never"})
    stored_object.refresh_from_db()
    assert stored_object.delete_after is None


def test_an_unknown_lifetime_is_refused(alice, alice_browser):
    assert alice_browser.post(f"/objects/{make_object(alice).pk}/lifetime", {"lifetime": "1"}).status_code == 400
