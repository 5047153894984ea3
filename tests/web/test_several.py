"""The bar of the list: what is done to several objects at once."""

import pytest

from objects_app.models import AuditEvent, State, StoredObject
from tests.factories import make_object
from tests.web.test_actions import messages_of

CHANGE = "/objects/change"


@pytest.fixture
def two(alice) -> list[StoredObject]:
    return [make_object(alice, name) for name in ("one.txt", "two.txt")]


def do(browser, verb: str, objects, **more):
    return browser.post(CHANGE, {"do": verb, "object": [each.pk for each in objects], **more}, follow=True)


def test_several_are_made_public_and_private(alice_browser, two):
    assert messages_of(do(alice_browser, "publish", two)) == ["2 objects are public now."]
    assert StoredObject.objects.filter(is_public=True).count() == 2
    assert messages_of(do(alice_browser, "unpublish", two[:1])) == ["1 object is private now."]
    assert StoredObject.objects.get(is_public=True) == two[1]


def test_each_change_is_recorded_by_itself(alice_browser, two):
    do(alice_browser, "publish", two)
    events = AuditEvent.objects.filter(action="object.published")
    assert {event.target_id for event in events} == {each.pk for each in two}


def test_what_does_not_work_is_told_of_and_the_rest_is_done(alice, alice_browser, two):
    broken = make_object(alice, "broken.txt", state=State.ERROR)
    assert messages_of(do(alice_browser, "publish", [broken, *two])) == [
        "“broken.txt”: Only an object that is UPLOADING or READ_ONLY can be changed.",
        "2 objects are public now.",
    ]


def test_deleting_several_asks_first_and_says_what_goes(alice, alice_browser, two):
    make_public = make_object(alice, "open.txt", is_public=True)
    response = do(alice_browser, "ask", [*two, make_public], next="/?search=t")
    page = response.content.decode()
    assert "Delete 3 objects?" in page
    assert "<strong>1 public</strong>" in page
    assert 'href="/?search=t"' in page
    assert set(StoredObject.objects.values_list("state", flat=True)) == {State.READ_ONLY}


def test_several_are_deleted(alice_browser, two, blobs):
    response = do(alice_browser, "delete", two, next="/?search=t")
    assert messages_of(response) == ["2 objects are deleted."]
    assert response.redirect_chain == [("/?search=t", 302)]
    assert blobs.blobs == {}


def test_downloading_several_shows_a_link_to_each(alice, alice_browser, two, settings):
    unfinished = make_object(alice, "unfinished", state=State.UPLOADING)
    response = do(alice_browser, "download", [*two, unfinished])
    urls = [each["url"] for each in response.context["issued"]]
    expected = [f"{settings.PUBLIC_BASE_URL}/download/{each.pk}?" for each in two]
    assert [url.partition("?")[0] + "?" for url in urls] == expected
    assert messages_of(response) == ["“unfinished”: Only an object in state READ_ONLY can be downloaded."]
    assert response.headers["HX-Push-Url"] == "false"


def test_where_nothing_can_be_downloaded_the_list_says_why(alice, alice_browser):
    response = do(alice_browser, "download", [make_object(alice, state=State.ERROR)])
    assert response.redirect_chain == [("/", 302)]
    assert len(messages_of(response)) == 1


@pytest.mark.parametrize("verb", ["publish", "unpublish", "delete", "download", "ask"])
def test_nothing_of_a_stranger_is_changed(alice, bob_browser, two, verb):
    assert do(bob_browser, verb, two).status_code == 404
    assert StoredObject.objects.filter(state=State.READ_ONLY, is_public=False).count() == 2


@pytest.mark.parametrize(("verb", "status"), [("publish", 403), ("delete", 403), ("ask", 403), ("download", 200)])
def test_a_viewer_may_only_download(viewer_browser, two, verb, status):
    assert do(viewer_browser, verb, two).status_code == status


@pytest.mark.parametrize("body", [{"do": "publish"}, {"do": "burn", "object": "obj_x"}, {"object": "obj_x"}])
def test_a_form_that_asks_for_nothing_is_refused(alice_browser, body):
    assert alice_browser.post(CHANGE, body).status_code == 400


def test_too_many_at_once_are_refused(alice_browser):
    body = {"do": "publish", "object": [f"obj_{number}" for number in range(101)]}
    assert alice_browser.post(CHANGE, body).status_code == 400


def test_nobody_changes_anything_without_a_session(client, two):
    response = client.post(CHANGE, {"do": "publish", "object": two[0].pk})
    assert response.headers["Location"] == "/accounts/login/?next=/"
