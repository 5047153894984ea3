"""Who gets into the admin, and what nobody changes there past the verbs."""

import pytest
from django.contrib import admin
from django.test import Client

from objects_app.models import ApiKey, AuditEvent, JobRun, StoredObject
from tests.admin.acting import NOUNS
from tests.factories import make_object


@pytest.mark.parametrize("noun", NOUNS)
def test_staff_look_at_every_list(alice, staff_browser, noun):
    make_object(alice)
    assert staff_browser.get(f"/admin/objects_app/{noun}/").status_code == 200


@pytest.mark.parametrize("noun", NOUNS)
def test_a_member_of_an_account_is_no_staff(alice_browser, noun):
    response = alice_browser.get(f"/admin/objects_app/{noun}/", follow=True)
    assert response.status_code == 403


def test_every_page_leads_to_every_list(staff_browser):
    page = staff_browser.get("/admin/objects_app/jobrun/").content.decode()
    for noun in NOUNS:
        assert f'href="/admin/objects_app/{noun}/"' in page


def test_nobody_is_sent_to_the_one_sign_in(db):
    response = Client().get("/admin/objects_app/storedobject/?q=x", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=%2Fadmin%2Fobjects_app%2Fstoredobject%2F")


@pytest.mark.parametrize("noun", sorted({*NOUNS} - {"membership", "user"}))
def test_even_a_superuser_adds_nothing_past_the_verbs(superuser_browser, noun):
    assert superuser_browser.get(f"/admin/objects_app/{noun}/add/").status_code == 403


@pytest.mark.parametrize("model", [ApiKey, AuditEvent, StoredObject])
@pytest.mark.parametrize("page", ["change", "delete"])
def test_even_a_superuser_writes_no_row_past_the_verbs(alice, superuser_browser, model, page):
    make_object(alice)
    before = model.objects.values().first()
    address = f"/admin/objects_app/{model._meta.model_name}/{before['id']}/{page}/"
    assert superuser_browser.post(address, {"name": "x", "post": "yes"}).status_code == 403
    assert model.objects.values().get(pk=before["id"]) == before


@pytest.mark.parametrize("noun", ["user", "membership"])
def test_staff_add_no_people(staff_browser, noun):
    assert staff_browser.get(f"/admin/objects_app/{noun}/add/").status_code == 403


def test_no_list_is_edited_in_place_and_no_page_has_inlines():
    pages = [page for page in admin.site._registry.values() if page.model._meta.app_label == "objects_app"]
    assert len(pages) == len(NOUNS)
    assert not any(page.list_editable or page.inlines or page.show_full_result_count for page in pages)


def test_runs_of_jobs_can_be_looked_at(staff_browser):
    run = JobRun.objects.create(job="purge_bytes", started_by="beat", rows=7)
    assert "purge_bytes" in staff_browser.get(f"/admin/objects_app/jobrun/{run.pk}/change/").content.decode()


def test_staff_without_a_role_are_told_whom_to_ask(browser_of):
    response = browser_of("").get("/admin/", follow=True)
    assert response.status_code == 403
    assert "Ask a superuser to make you an auditor or an operator." in response.content.decode()
