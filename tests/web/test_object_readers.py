"""The page that says who can read an object."""

import pytest

from objects_app.models import Role, State
from objects_app.operations import keys
from objects_app.operations.readers import Reason
from objects_app.web.object_readers import WORDS
from tests.factories import OPERATOR, make_object


def page_of(browser, stored_object, **query) -> str:
    return browser.get(f"/objects/{stored_object.pk}/readers", query).content.decode()


def test_members_keys_and_links_are_told(alice, alice_browser):
    page = page_of(alice_browser, make_object(alice))
    for told in (alice.user.email, str(alice.key).replace("'", "&#x27;"), "made by command:tests", "0 alive"):
        assert told in page
    assert "This account alone" in page


def test_what_is_public_is_said_to_be(alice, alice_browser):
    assert "Its public page is open to anybody" in page_of(alice_browser, make_object(alice, is_public=True))


def test_what_has_no_content_has_no_readers(alice, alice_browser):
    assert "Nobody: there is no content" in page_of(alice_browser, make_object(alice, state=State.UPLOADING))


def test_one_key_can_be_asked_for(alice, bob, alice_browser):
    stored_object = make_object(alice)
    writer, _ = keys.create_key(alice.account, name="writer", actor=OPERATOR, scopes=("objects:write",))
    for key, words in ((alice.key, "Yes."), (bob.key, "No."), (writer, "No.")):
        assert f"<strong>{words}</strong>" in page_of(alice_browser, stored_object, key=key.pk)


def test_every_reason_has_words():
    assert set(WORDS) == set(Reason)


@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.MEMBER, 403), (Role.VIEWER, 403)])
def test_it_is_for_whoever_sees_the_activity(alice, alice_browser, role, status):
    stored_object = make_object(alice)
    alice.membership.role = role
    alice.membership.save(update_fields=["role"])
    assert alice_browser.get(f"/objects/{stored_object.pk}/readers").status_code == status
    link = f'href="/objects/{stored_object.pk}/readers"'
    assert (link in alice_browser.get(f"/objects/{stored_object.pk}/").content.decode()) == (status == 200)


def test_of_others_there_is_nothing(bob, alice_browser):
    assert alice_browser.get(f"/objects/{make_object(bob).pk}/readers?key=%00").status_code == 404


def test_it_takes_few_queries(alice, alice_browser, django_assert_num_queries):
    stored_object = make_object(alice)
    with django_assert_num_queries(11):
        page_of(alice_browser, stored_object, key=alice.key.pk)
