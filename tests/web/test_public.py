"""The directory of public objects, and the page that each of them has."""

import pytest
from django.test import Client

from objects_app.models import AuditEvent, RefusalFlood, State, StoredObject
from objects_app.operations import accounts, objects
from tests.factories import OPERATOR, make_object


def text_of(response) -> str:
    return response.content.decode()


def names(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


def test_the_directory_lists_public_objects_of_all_accounts(alice, bob, bob_browser):
    make_object(alice, "alices.txt", is_public=True)
    make_object(alice, "private.txt")
    make_object(bob, "bobs.txt", is_public=True)
    assert names(bob_browser.get("/public/")) == ["bobs.txt", "alices.txt"]


def test_the_directory_is_searched_and_filtered_by_type(alice, bob_browser):
    make_object(alice, "a.txt", is_public=True)
    make_object(alice, "a.csv", content_type="text/csv", is_public=True)
    make_object(alice, "a.jsonl", content_type="application/x-ndjson", is_public=True)
    assert names(bob_browser.get("/public/", {"search": "CSV"})) == ["a.csv"]
    assert names(bob_browser.get("/public/", {"kind": "text"})) == ["a.csv", "a.txt"]
    assert names(bob_browser.get("/public/", {"kind": "json"})) == ["a.jsonl"]
    assert "No public object matches" in text_of(bob_browser.get("/public/", {"kind": "video"}))
    assert bob_browser.get("/public/", {"kind": "x/y"}).status_code == 400


def test_the_directory_has_pages(alice, bob_browser, monkeypatch):
    monkeypatch.setattr("objects_app.web.public.ROWS", 1)
    make_object(alice, "old.txt", is_public=True)
    newest = make_object(alice, "new.txt", is_public=True)
    page = text_of(bob_browser.get("/public/"))
    assert f'href="?after={newest.pk}"' in page
    assert names(bob_browser.get("/public/", {"after": newest.pk})) == ["old.txt"]
    assert bob_browser.get("/public/", {"after": "obj_unknown"}).status_code == 400


def test_the_directory_is_for_people_who_are_signed_in(db):
    assert Client().get("/public/").headers["Location"].startswith("/accounts/login/")


def test_an_empty_directory_shows_the_call_that_fills_it(bob_browser, settings):
    assert f"curl -X PATCH {settings.PUBLIC_BASE_URL}/v1/objects/" in text_of(bob_browser.get("/public/"))


def test_the_directory_takes_one_query_for_its_rows(alice, bob_browser, django_assert_num_queries):
    for number in range(3):
        make_object(alice, f"{number}.txt", is_public=True)
    with django_assert_num_queries(4):  # session, person, accounts, the page
        bob_browser.get("/public/")


def test_a_stranger_downloads_a_public_object_from_the_directory(alice, bob, bob_browser, settings):
    settings.PUBLIC_PAGES = "off"
    stored_object = make_object(alice, is_public=True)
    response = bob_browser.post(f"/public/{stored_object.pk}/download")
    assert response.status_code == 303
    assert f"account={bob.account.pk}" in response.headers["Location"]
    assert bob_browser.post(f"/public/{make_object(alice).pk}/download").status_code == 404


def test_anybody_sees_the_page_of_a_public_object(alice):
    stored_object = make_object(alice, "notes.txt", content=b"for everybody", is_public=True)
    response = Client().get(f"/o/{stored_object.pk}")
    for shown in ("notes.txt", "text/plain", stored_object.sha256, "for everybody"):
        assert shown in text_of(response)
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_the_page_names_neither_account_nor_creator(alice):
    stored_object = make_object(alice, is_public=True)
    page = text_of(Client().get(f"/o/{stored_object.pk}"))
    assert "alice" not in page.lower()
    assert alice.account.pk not in page


def test_an_opening_is_recorded_for_the_account_of_the_object(alice):
    stored_object = make_object(alice, is_public=True)
    Client().get(f"/o/{stored_object.pk}")
    event = AuditEvent.objects.get(action="object.public_page_opened")
    assert (event.account_id, event.target_id) == (alice.account.pk, stored_object.pk)
    assert (event.actor_kind, event.via, event.address) == ("anonymous", "public_page", "127.0.0.1")


def test_the_opening_of_somebody_known_has_their_name(alice, bob, bob_browser):
    bob_browser.get(f"/o/{make_object(alice, is_public=True).pk}")
    assert AuditEvent.objects.get(action="object.public_page_opened").actor_label == bob.user.email


@pytest.mark.parametrize("state", [State.READ_ONLY, State.UPLOADING, State.ERROR, State.DELETED])
def test_whatever_is_not_public_looks_like_what_does_not_exist(alice, state):
    unknown = Client().get("/o/obj_unknown", headers={"x-request-id": "same"})
    hidden = make_object(alice, state=state, is_public=state != State.READ_ONLY)
    response = Client().get(f"/o/{hidden.pk}", headers={"x-request-id": "same"})
    assert (response.status_code, response.content) == (404, unknown.content)
    assert Client().post(f"/o/{hidden.pk}/download").status_code == 404


def test_an_object_of_a_suspended_account_has_no_page(alice):
    stored_object = make_object(alice, is_public=True)
    accounts.suspend_account(alice.account, actor=OPERATOR)
    assert Client().get(f"/o/{stored_object.pk}").status_code == 404


def test_misses_are_recorded_but_nobody_fills_the_trail_with_them(db):
    for _ in range(25):
        Client().get("/o/obj_unknown")
    assert AuditEvent.objects.filter(action="object.not_found", target_id="obj_unknown").count() == 20
    assert RefusalFlood.objects.get().count == 5


def test_anybody_downloads_from_the_page(alice):
    stored_object = make_object(alice, is_public=True)
    response = Client().post(f"/o/{stored_object.pk}/download")
    assert response.status_code == 303
    assert "account=anybody" in response.headers["Location"]


def test_no_download_without_the_token_of_the_form(alice):
    stored_object = make_object(alice, is_public=True)
    assert Client(enforce_csrf_checks=True).post(f"/o/{stored_object.pk}/download").status_code == 403


def test_pages_can_be_kept_for_people_who_are_signed_in(alice, bob_browser, settings):
    settings.PUBLIC_PAGES = "signed-in"
    stored_object = make_object(alice, is_public=True)
    for known in (stored_object.pk, "obj_unknown"):
        assert Client().get(f"/o/{known}").headers["Location"] == f"/accounts/login/?next=/o/{known}"
    assert bob_browser.get(f"/o/{stored_object.pk}").status_code == 200


def test_pages_can_be_switched_off(alice, alice_browser, settings):
    settings.PUBLIC_PAGES = "off"
    stored_object = make_object(alice, is_public=True)
    assert alice_browser.get(f"/o/{stored_object.pk}").status_code == 404
    assert f"/o/{stored_object.pk}" not in text_of(alice_browser.get("/public/"))


def test_somebody_without_an_account_sees_pages_too(alice, bob, bob_browser):
    bob.membership.delete()
    assert bob_browser.get(f"/o/{make_object(alice, is_public=True).pk}").status_code == 200


def test_a_page_is_gone_when_the_object_is_made_private(alice):
    stored_object = make_object(alice, is_public=True)
    objects.unpublish(StoredObject.objects.get(pk=stored_object.pk), actor=alice.actor)
    assert Client().get(f"/o/{stored_object.pk}").status_code == 404
