"""The page of one object, and the panel that shows the same beside the list."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from objects_app import access, audit
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent, State
from tests.factories import make_object


def page_of(browser, stored_object, **options):
    return browser.get(f"/objects/{stored_object.pk}/", **options)


def text_of(response) -> str:
    return response.content.decode()


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_the_page_shows_every_fact_to_copy(alice, alice_browser):
    stored_object = make_object(alice, "notes.txt", time_to_live=timedelta(days=2))
    page = text_of(page_of(alice_browser, stored_object))
    for fact in (stored_object.pk, "text/plain", stored_object.sha256, stored_object.created_by, "5"):
        assert f'data-copy="{escape(fact)}"' in page
    assert "in 1\xa0day" in page


def test_the_page_shows_the_content_and_records_one_look(alice, alice_browser):
    stored_object = make_object(alice, content=b"what is in it")
    assert "what is in it" in text_of(page_of(alice_browser, stored_object))
    page_of(alice_browser, stored_object)
    event = AuditEvent.objects.get(action="object.content_previewed")
    assert (event.target_id, event.actor_label) == (stored_object.pk, alice.user.email)


def test_names_and_metadata_are_escaped(alice, alice_browser):
    stored_object = make_object(alice, "<img src=x>", metadata={"<b>": '"><script>'}, content=b"<script>")
    page = text_of(page_of(alice_browser, stored_object))
    assert not re.search(r"<img src=x|<b>|<script>", page)


def test_an_image_comes_from_a_signed_url_that_a_browser_may_show(alice, alice_browser):
    stored_object = make_object(alice, content_type="image/png", content=b"png")
    response = page_of(alice_browser, stored_object)
    assert f"/download/{stored_object.pk}?" in response.context["preview"].url
    assert "inline=1" in response.context["preview"].url
    assert actions()[-1] == "object.content_previewed"
    assert page_of(alice_browser, stored_object).context["preview"].url == response.context["preview"].url
    assert actions().count("object.content_previewed") == 1


@pytest.mark.parametrize(("apart", "kind"), [("https://content.example.com", "pdf"), ("", "nothing")])
def test_a_pdf_is_shown_from_a_host_of_its_own_or_not_at_all(alice, alice_browser, settings, apart, kind):
    settings.CONTENT_BASE_URL = apart
    stored_object = make_object(alice, content_type="application/pdf", content=b"%PDF")
    response = page_of(alice_browser, stored_object)
    assert response.context["preview"].kind == kind
    assert ("<iframe" in text_of(response)) == bool(apart)


@pytest.mark.parametrize("state", [State.UPLOADING, State.ERROR, State.DELETED])
def test_an_object_without_content_has_a_page_that_says_so(alice, alice_browser, state):
    stored_object = make_object(alice, state=state)
    response = page_of(alice_browser, stored_object)
    assert response.context["preview"].note.startswith("There is nothing to show")
    assert "object.content_previewed" not in actions()


def test_bytes_that_are_gone_are_told_in_a_sentence(alice, alice_browser, blobs):
    stored_object = make_object(alice)
    blobs.delete([stored_object.blob_key])
    response = page_of(alice_browser, stored_object)
    assert response.context["preview"].note == "The bytes of this object cannot be read: they are missing or damaged."


def test_nobody_else_finds_the_page(alice, bob_browser):
    stored_object = make_object(alice)
    assert page_of(bob_browser, stored_object).status_code == 404
    assert bob_browser.get("/objects/obj_unknown/").status_code == 404
    assert page_of(Client(), stored_object).headers["Location"].startswith("/accounts/login/")


def test_a_viewer_sees_no_button_that_changes(alice, viewer_browser):
    page = text_of(page_of(viewer_browser, make_object(alice, metadata={"a": "b"})))
    for unwanted in ("/publish", "/delete", "/metadata", "/lifetime"):
        assert unwanted not in page
    assert "<dt>a</dt><dd>b</dd>" in page


def test_the_page_takes_few_queries(alice, alice_browser, django_assert_num_queries):
    stored_object = make_object(alice)
    page_of(alice_browser, stored_object)
    with django_assert_num_queries(5):  # session, person, accounts, the object, its activity
        page_of(alice_browser, stored_object)


def test_activity_is_of_this_object_and_newest_first(alice, alice_browser):
    make_object(alice)
    stored_object = make_object(alice)
    events = [line.event for line in page_of(alice_browser, stored_object).context["lines"]]
    assert {event.target_id for event in events} == {stored_object.pk}
    assert [event.action for event in events] == ["object.completed", "object.uploaded", "object.created"]


def test_a_viewer_sees_only_what_he_did_himself(alice, viewer_browser):
    stored_object = make_object(alice)
    page_of(viewer_browser, stored_object)
    events = [line.event for line in page_of(viewer_browser, stored_object).context["lines"]]
    assert [event.action for event in events] == ["object.content_previewed"]


@pytest.mark.parametrize(("asked", "seconds"), [("1h", 3600), ("1d", 86400), ("7d", 604800)])
def test_a_link_lives_as_long_as_asked(alice, alice_browser, set_clock, asked, seconds):
    start = set_clock()
    stored_object = make_object(alice)
    response = alice_browser.post(f"/objects/{stored_object.pk}/", {"lifetime": asked})
    expires = int(re.search(r"expires=(\d+)", response.context["link"].url)[1])
    assert expires == (start + timedelta(seconds=seconds)).timestamp() * 1000
    assert response.context["link"].url.replace("&", "&amp;") in text_of(response)


def test_a_link_asked_for_by_a_script_is_no_look_at_the_content(alice, alice_browser):
    stored_object = make_object(alice)
    alice_browser.post(f"/objects/{stored_object.pk}/", {"lifetime": "1h"}, headers={"HX-Request": "true"})
    assert actions()[-1] == "object.download_url_issued"


def test_no_link_lives_for_ever(alice, alice_browser):
    assert alice_browser.post(f"/objects/{make_object(alice).pk}/", {"lifetime": "9y"}).status_code == 400


def test_an_unfinished_object_has_no_link(alice, alice_browser):
    stored_object = make_object(alice, state=State.UPLOADING)
    response = alice_browser.post(f"/objects/{stored_object.pk}/", {"lifetime": "1h"})
    assert response.context["link"] is None
    assert "READ_ONLY can be downloaded" in text_of(response)


def test_snippets_name_this_server_and_quote_the_name(alice, alice_browser, settings):
    stored_object = make_object(alice, "a b';rm.txt")
    codes = [snippet.code for snippet in page_of(alice_browser, stored_object).context["snippets"]]
    assert all(stored_object.pk in code for code in codes)
    assert settings.PUBLIC_BASE_URL in codes[0]
    assert """-o 'a b'"'"';rm.txt'""" in codes[0]


def test_the_public_page_can_be_copied_once_the_object_is_public(alice, alice_browser, settings):
    private, public = make_object(alice), make_object(alice, is_public=True)
    assert "/o/" not in text_of(page_of(alice_browser, private))
    assert f'data-copy="{settings.PUBLIC_BASE_URL}/o/{public.pk}"' in text_of(page_of(alice_browser, public))
    settings.PUBLIC_PAGES = "off"
    assert "/o/" not in text_of(page_of(alice_browser, public))


def test_the_panel_shows_the_object_beside_the_list(alice, alice_browser):
    stored_object = make_object(alice, content=b"what is in it")
    page = text_of(alice_browser.get("/", {"search": "note", "open": stored_object.pk}))
    panel = page[page.index('<aside class="panel"') :]
    assert "what is in it" in panel
    assert 'href="/?search=note" data-closes' in panel


@pytest.mark.parametrize("wanted", ["obj_unknown", "\0", ""])
def test_a_panel_of_nothing_is_not_opened(alice_browser, wanted):
    response = alice_browser.get("/", {"open": wanted})
    assert (response.status_code, "<aside" in text_of(response)) == (200, False)


def test_a_foreign_object_opens_no_panel(alice, bob_browser):
    stored_object = make_object(alice, is_public=True)
    assert "<aside" not in text_of(bob_browser.get("/", {"open": stored_object.pk}))


def test_who_used_a_link_is_told_in_words(alice, alice_browser):
    stored_object = make_object(alice)
    bearer = access.anonymous_actor(access.Via.SIGNED_URL)
    audit.record(AuditAction.CONTENT_DOWNLOADED, actor=bearer, target=stored_object)
    page = text_of(page_of(alice_browser, stored_object))
    assert '<span class="event">Content downloaded</span><span class="who">somebody with a link</span>' in page
