"""The buttons of the list: make public, make private, download, delete."""

from html import escape
from urllib.parse import quote

import pytest
from django.test import Client

from objects_app.models import AuditEvent, State, StoredObject
from tests.factories import make_object

LED = '<input type="hidden" name="next" value="/?search=led">'
ACTIONS = ["publish", "unpublish", "download", "delete"]


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_make_public_and_private_change_what_others_may_see(alice, alice_browser):
    stored_object = make_object(alice)
    alice_browser.post(f"/objects/{stored_object.pk}/publish")
    stored_object.refresh_from_db()
    assert stored_object.is_public
    alice_browser.post(f"/objects/{stored_object.pk}/unpublish")
    stored_object.refresh_from_db()
    assert not stored_object.is_public


def test_a_change_is_recorded_with_person_door_address_and_request(alice, alice_browser):
    stored_object = make_object(alice)
    alice_browser.post(f"/objects/{stored_object.pk}/publish", headers={"x-request-id": "req-1"})
    event = AuditEvent.objects.get(action="object.published")
    assert (event.actor_label, event.via) == (alice.user.email, "session")
    assert (event.address, event.request_id) == ("127.0.0.1", "req-1")


def test_a_button_leads_back_to_the_list_as_it_was(alice, alice_browser):
    stored_object = make_object(alice)
    response = alice_browser.post(f"/objects/{stored_object.pk}/publish", {"next": "/?search=note&state=READ_ONLY"})
    assert response.headers["Location"] == "/?search=note&state=READ_ONLY"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil", "javascript:1"]
)
def test_no_button_leads_to_another_site(alice, alice_browser, elsewhere):
    stored_object = make_object(alice)
    response = alice_browser.post(f"/objects/{stored_object.pk}/publish", {"next": elsewhere})
    assert response.headers["Location"] == "/"


def test_a_deleted_object_cannot_be_made_public_and_the_page_says_why(alice, alice_browser):
    stored_object = make_object(alice, state=State.DELETED)
    response = alice_browser.post(f"/objects/{stored_object.pk}/publish", follow=True)
    assert messages_of(response) == ["Only an object that is UPLOADING or READ_ONLY can be changed."]


def test_download_leads_to_a_signed_url(alice, alice_browser, settings):
    stored_object = make_object(alice)
    response = alice_browser.post(f"/objects/{stored_object.pk}/download")
    assert response.status_code == 303
    assert response.headers["Location"].startswith(f"{settings.PUBLIC_BASE_URL}/download/{stored_object.pk}?")
    assert AuditEvent.objects.get(action="object.download_url_issued").actor_label == alice.user.email


def test_a_viewer_may_download(alice, viewer_browser):
    assert viewer_browser.post(f"/objects/{make_object(alice).pk}/download").status_code == 303


def test_an_unfinished_object_cannot_be_downloaded_and_the_page_says_why(alice, alice_browser):
    stored_object = make_object(alice, state=State.UPLOADING)
    response = alice_browser.post(f"/objects/{stored_object.pk}/download", follow=True)
    assert messages_of(response) == ["Only an object in state READ_ONLY can be downloaded."]


def test_delete_asks_first_and_names_the_object(alice, alice_browser):
    stored_object = make_object(alice, "ledger.csv")
    page = alice_browser.get(f"/objects/{stored_object.pk}/delete", {"next": "/?search=led"}).content.decode()
    assert "Delete “ledger.csv”?" in page
    assert stored_object.pk in page
    assert '<a class="button" href="/?search=led" data-closes>Keep it</a>' in page
    assert StoredObject.objects.get().state == State.READ_ONLY


def test_delete_tells_who_used_the_object_lately(alice, alice_browser):
    stored_object = make_object(alice)
    alice_browser.post(f"/objects/{stored_object.pk}/download")
    response = alice_browser.get(f"/objects/{stored_object.pk}/delete")
    uses = response.context["uses"]
    assert (uses.downloads, uses.links, uses.living_links, list(uses.askers)) == (0, 1, 1, [alice.user.email])
    assert "<strong>1 still works</strong>" in response.content.decode()


def test_who_may_not_see_the_activity_gets_no_names_before_a_delete(alice, alice_browser):
    alice.membership.role = "member"
    alice.membership.save(update_fields=["role"])
    stored_object = make_object(alice)
    alice_browser.post(f"/objects/{stored_object.pk}/download")
    uses = alice_browser.get(f"/objects/{stored_object.pk}/delete").context["uses"]
    assert (uses.links, uses.askers) == (1, {})


def test_delete_leads_on_to_the_list_without_the_panel_of_what_is_gone(alice, alice_browser):
    stored_object = make_object(alice, "ledger.csv")
    panel = f"/?search=led&open={stored_object.pk}"
    link = f'href="/objects/{stored_object.pk}/delete?next={quote(panel, safe="")}"'
    assert link in alice_browser.get(panel).content.decode()
    page = alice_browser.get(f"/objects/{stored_object.pk}/delete", {"next": panel}).content.decode()
    assert f'<a class="button" href="{escape(panel)}" data-closes>Keep it</a>' in page
    assert LED in page


def test_several_are_deleted_with_the_panel_of_one_of_them(alice, alice_browser):
    gone, other = make_object(alice), make_object(alice)
    asked = {"object": [gone.pk], "next": f"/?search=led&open={gone.pk}"}
    assert LED in alice_browser.get("/objects/delete", asked).content.decode()
    asked["next"] = kept = f"/?search=led&open={other.pk}"
    assert f'name="next" value="{escape(kept)}"' in alice_browser.get("/objects/delete", asked).content.decode()


@pytest.mark.parametrize(("act", "undo"), [("publish", "unpublish"), ("unpublish", "publish")])
def test_a_switch_offers_to_undo_itself(alice, alice_browser, act, undo):
    stored_object = make_object(alice, is_public=act == "unpublish")
    page = alice_browser.post(f"/objects/{stored_object.pk}/{act}", follow=True).content.decode()
    toast = page[page.index('id="toasts"') :]
    assert f'action="/objects/{stored_object.pk}/{undo}"' in toast


def test_delete_destroys_the_bytes(alice, alice_browser, blobs):
    stored_object = make_object(alice, "ledger.csv")
    response = alice_browser.post(f"/objects/{stored_object.pk}/delete", {"next": "/?search=led"}, follow=True)
    assert response.redirect_chain == [("/?search=led", 302)]
    assert messages_of(response) == ["“ledger.csv” is deleted."]
    assert StoredObject.objects.get().state == State.DELETED
    assert blobs.blobs == {}


def test_what_was_deleted_before_is_not_asked_for_again(alice, alice_browser):
    stored_object = make_object(alice, "ledger.csv", state=State.DELETED)
    asked = {"next": f"/?search=led&open={stored_object.pk}"}
    response = alice_browser.get(f"/objects/{stored_object.pk}/delete", asked, follow=True)
    assert response.redirect_chain == [("/?search=led", 302)]
    assert messages_of(response) == ["“ledger.csv” was deleted before."]


@pytest.mark.parametrize("is_public", [True, False])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_strangers_object_is_not_found(alice, bob_browser, action, is_public):
    stored_object = make_object(alice, is_public=is_public)
    response = bob_browser.post(f"/objects/{stored_object.pk}/{action}")
    assert response.status_code == 404
    assert response.templates[0].name == "error.html"
    assert StoredObject.objects.get().state == State.READ_ONLY


def test_unknown_and_foreign_ids_leave_the_same_record(alice, bob, bob_browser):
    foreign = make_object(alice)
    bob_browser.post(f"/objects/{foreign.pk}/publish")
    bob_browser.post("/objects/obj_unknown/publish")
    events = AuditEvent.objects.filter(action="object.not_found").values(
        "target_id", "account_id", "result", "target_label"
    )
    same = {"account_id": bob.account.pk, "result": "object_not_found", "target_label": ""}
    assert list(events) == [same | {"target_id": "obj_unknown"}, same | {"target_id": foreign.pk}]


@pytest.mark.parametrize("action", ["publish", "unpublish", "delete"])
def test_a_viewer_is_refused_and_the_refusal_is_recorded(alice, viewer_browser, action):
    stored_object = make_object(alice)
    assert viewer_browser.post(f"/objects/{stored_object.pk}/{action}").status_code == 403
    assert AuditEvent.objects.get(action="object.refused").target_id == stored_object.pk


def test_a_viewer_is_not_even_asked_whether_to_delete(alice, viewer_browser):
    assert viewer_browser.get(f"/objects/{make_object(alice).pk}/delete").status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_a_form_without_its_csrf_token_is_refused(alice, action):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice.user)
    stored_object = make_object(alice)
    response = browser.post(f"/objects/{stored_object.pk}/{action}")
    assert response.status_code == 403
    assert "This form has run out" in response.content.decode()


@pytest.mark.parametrize("action", ["publish", "unpublish", "download"])
def test_looking_at_an_address_changes_nothing(alice, alice_browser, action):
    assert alice_browser.get(f"/objects/{make_object(alice).pk}/{action}").status_code == 405
